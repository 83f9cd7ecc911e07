//! Terms -> canonical text; [`parse`](super::parse) gives the same terms back.

use std::fmt::Write as _;

use isa::op::{Dependency, FactorCode, LearningTarget};

use super::Scale;
use crate::graph::{Factor, Rule, Term};

/// The equations of a rule, one a line: `dw = 2^-2*x1*y0 - 2^-2*y1*x0`. Its traces are not part of them.
#[must_use]
pub fn print(rule: &Rule) -> String {
    let targets = [(LearningTarget::W, &rule.w), (LearningTarget::D, &rule.d), (LearningTarget::T, &rule.t)];
    let lines = targets.into_iter().filter(|(_, terms)| !terms.is_empty());
    let lines: Vec<String> =
        lines.map(|(target, terms)| format!("d{target} = {}", print_sum(terms, rule.k))).collect();
    lines.join("\n")
}

/// A sum of terms; `k` is that of its u_k.
#[must_use]
pub fn print_sum(terms: &[Term], k: u32) -> String {
    let mut text = String::new();
    for (i, term) in terms.iter().enumerate() {
        let sign = match (i, term.mantissa < 0) {
            (0, false) => "",
            (0, true) => "-",
            (_, false) => " + ",
            (_, true) => " - ",
        };
        text.push_str(sign);
        text.push_str(&print_product(term, k));
    }
    text
}

/// The term without its sign.
fn print_product(term: &Term, k: u32) -> String {
    let scale = Scale { mantissa: term.mantissa.abs(), exponent: term.exponent };
    let mut parts = Vec::new();
    if (scale.mantissa, scale.exponent) != (1, 0) {
        parts.push(scale.to_string());
    }
    parts.push(match term.dependency {
        Dependency::X0 | Dependency::Y0 => term.dependency.to_string(),
        Dependency::Uk => format!("u{k}"),
    });
    parts.extend(term.factors.iter().map(print_factor));
    parts.join("*")
}

/// `x1`, `(x1 + 3)`, `sgn(w - 5)`.
#[must_use]
pub fn print_factor(factor: &Factor) -> String {
    let Factor { code, constant } = *factor;
    let (name, is_sgn) = match code {
        FactorCode::SgnW => ("w", true),
        FactorCode::SgnD => ("d", true),
        FactorCode::SgnT => ("t", true),
        _ => (code.name(), false),
    };
    let mut text = String::from(name);
    if constant != 0 {
        let sign = if constant < 0 { '-' } else { '+' };
        let _ = write!(text, " {sign} {}", constant.abs());
    }
    match (is_sgn, constant) {
        (true, _) => format!("sgn({text})"),
        (false, 0) => text,
        (false, _) => format!("({text})"),
    }
}
