//! Microcode of a rule, word by word, and what its arithmetic loses.

use std::fmt::Write;

use isa::layout::Word;
use isa::op::{Dependency, LearningTarget};
use isa::words::{FactorWord, ProductWord};
use network::graph::{Rule, Term};
use network::rule::library::product_shift;

use crate::failure::Failure;

/// The microcode of a rule.
pub fn words(rule: &Rule) -> Result<Vec<u16>, Failure> {
    compiler::microcode::microcode(rule).map_err(|error| Failure::user(error.to_string()))
}

/// One line a word: address, bits, meaning.
pub fn listing(rule: &Rule) -> Result<String, Failure> {
    let words = words(rule)?;
    let mut out = String::from("  addr  word  microcode\n");
    let mut factors = 0;
    for (at, &word) in words.iter().enumerate() {
        let meaning = if factors > 0 {
            factors -= 1;
            factor(&FactorWord::unpack(word.into()))
        } else {
            let product = ProductWord::unpack(word.into());
            factors = product.factors;
            head(&product, rule.k)
        };
        let _ = writeln!(out, "  {at:4}  {word:04x}  {meaning}");
    }
    Ok(out)
}

fn head(word: &ProductWord, k: u32) -> String {
    let target = LearningTarget::from_code(word.target).map_or("?", LearningTarget::name);
    let when = match Dependency::from_code(word.dependency) {
        Some(Dependency::X0) => "when x0".to_string(),
        Some(Dependency::Y0) => "when y0".to_string(),
        Some(Dependency::Uk) => format!("when u{k}"),
        None => "never".to_string(),
    };
    let last = if word.last == 1 { ", last" } else { "" };
    format!("{target} += {} * 2^{}  {when}{last}", word.mantissa, word.exponent.cast_signed() - 7)
}

fn factor(word: &FactorWord) -> String {
    let name = isa::op::FactorCode::from_code(word.code).map_or("?", isa::op::FactorCode::name);
    match word.constant {
        0 => format!("     * {name}"),
        c if name.starts_with("sgn") => format!("     * {name} {c:+}"),
        c => format!("     * ({name} {c:+})"),
    }
}

/// What becomes of the products, and how the result is rounded.
pub fn precision(rule: &Rule) -> String {
    let shift = |term: &Term| product_shift(&term.factors.iter().map(|f| f.code).collect::<Vec<_>>());
    let shifts = rule.w.iter().chain(&rule.d).chain(&rule.t).map(shift);
    let scaled: Vec<String> = (1..)
        .zip(shifts)
        .filter(|(_, shift)| *shift > 0)
        .map(|(term, shift)| format!("term {term} counts 2^-{shift} of what is written"))
        .collect();
    let scaled = match scaled.is_empty() {
        true => "every term counts as written".to_string(),
        false => format!("{}, as a product keeps 15 bits (isa/README.md, section 14)", scaled.join(", ")),
    };
    format!("precision {scaled}; one stochastic rounding to the stored unit, mean exact, error below 1 unit")
}
