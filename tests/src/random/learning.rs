//! Random learning rules.

use isa::op::{Dependency, FactorCode};
use isa::words::PreProfile;
use network::graph::{Factor, Rule, Span, Term};

use super::{Source, neuron};

/// A rule with programs of w, sometimes of d and t.
#[must_use]
pub fn rule(r: &mut Source, index: u32) -> Rule {
    let some = |r: &mut Source, most: u32| (0..r.unsigned(0, most)).map(|_| term(r)).collect();
    Rule {
        name: format!("rule{index}"),
        k: r.pick(&[0, 0, 1, 2, 15]),
        pre: PreProfile(std::array::from_fn(|_| neuron::trace(r))),
        w: some(r, 4),
        d: some(r, 2),
        t: some(r, 3),
        span: Span::default(),
    }
}

/// A term; half of the scales are small, so that not everything saturates.
#[must_use]
pub fn term(r: &mut Source) -> Term {
    let dependency = r.pick(Dependency::ALL);
    let mut factors = Vec::new();
    let count = r.pick(&[0, 1, 1, 2, 2, 3, 4]);
    while factors.len() < count {
        let code = r.pick(FactorCode::ALL);
        let fits = match code {
            FactorCode::X0 => dependency == Dependency::X0,
            FactorCode::Y0 => dependency != Dependency::Uk,
            _ => true,
        };
        if fits {
            let constant = match (code.takes_constant(), code, r.unsigned(0, 3)) {
                (false, _, _) => 0,
                (true, FactorCode::C, _) => r.range(-8, 8) as i32,
                (true, _, 0) => r.range(-256, 255) as i32,
                (true, _, 1) => r.pick(&[-1, 1, -256, 255]),
                (true, _, _) => 0,
            };
            factors.push(Factor { code, constant });
        }
    }
    let exponent = if r.one_in(2) { r.range(-7, 8) } else { r.range(-7, -3) };
    Term { dependency, mantissa: r.range(-8, 7) as i32, exponent: exponent as i32, factors }
}
