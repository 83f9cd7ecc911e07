//! Learning rules (contract 7).

use isa::op::{Dependency, FactorCode};

use super::{List, neuron};
use crate::graph::{Rule, Term};

pub(super) fn check(rule: &Rule, list: &mut List) {
    list.at(rule.span);
    let name = &rule.name;
    list.range(&format!("rule `{name}`: k of u"), rule.k.into(), (0, 15));
    for (i, trace) in rule.pre.0.iter().enumerate() {
        neuron::check_trace(&format!("rule `{name}`: trace x{}", i + 1), *trace, list);
    }
    for (target, terms) in [("dw", &rule.w), ("dd", &rule.d), ("dt", &rule.t)] {
        for (i, term) in terms.iter().enumerate() {
            check_term(&format!("rule `{name}`: term {} of {target}", i + 1), term, list);
        }
    }
}

fn check_term(thing: &str, term: &Term, list: &mut List) {
    list.range(&format!("{thing}: mantissa of S"), term.mantissa.into(), (-8, 7));
    list.range(&format!("{thing}: exponent of S"), term.exponent.into(), (-7, 8));
    if term.factors.len() > 4 {
        list.add("E0050", format!("{thing} has {} factors, at most 4", term.factors.len()));
    }
    for factor in &term.factors {
        list.range(&format!("{thing}: constant at {}", factor.code), factor.constant.into(), (-256, 255));
        if !factor.code.takes_constant() && factor.constant != 0 {
            list.add(
                "E0050",
                format!("{thing}: {} takes no constant, it has {}", factor.code, factor.constant),
            );
        }
    }
    let has = |code| term.factors.iter().any(|f| f.code == code);
    let stronger = match term.dependency {
        Dependency::X0 => None,
        Dependency::Y0 => has(FactorCode::X0).then_some("x0"),
        Dependency::Uk if has(FactorCode::X0) => Some("x0"),
        Dependency::Uk => has(FactorCode::Y0).then_some("y0"),
    };
    match (stronger, term.dependency) {
        (Some(event), Dependency::Uk) => {
            list.add("E0051", format!("{thing}: u beside {event}: a term has one dependency"));
        }
        (Some(event), dependency) => {
            list.add("E0051", format!("{thing} depends on {dependency}, but holds the factor {event}"))
                .help(format!("a term with {event} depends on {event}"));
        }
        (None, _) => {}
    }
}
