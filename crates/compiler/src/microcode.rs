//! Learning rules as microcode words (contract 7).

use isa::layout::{FieldError, Word};
use isa::op::LearningTarget;
use isa::words::{FactorWord, ProductWord};
use network::graph::{Rule, Term};

/// Bias of the exponent of a product's scale.
const EXPONENT_BIAS: i32 = 7;

/// The programs of w, d and t, in that order.
fn products(rule: &Rule) -> impl Iterator<Item = (LearningTarget, &Term)> {
    let w = rule.w.iter().map(|term| (LearningTarget::W, term));
    let d = rule.d.iter().map(|term| (LearningTarget::D, term));
    w.chain(d).chain(rule.t.iter().map(|term| (LearningTarget::T, term)))
}

/// Number of products of a rule.
#[must_use]
pub fn product_count(rule: &Rule) -> usize {
    rule.w.len() + rule.d.len() + rule.t.len()
}

/// Number of microcode words of a rule.
#[must_use]
pub fn word_count(rule: &Rule) -> usize {
    products(rule).map(|(_, term)| 1 + term.factors.len()).sum()
}

/// The microcode of a rule.
///
/// # Errors
/// A value that does not fit its field.
pub fn microcode(rule: &Rule) -> Result<Vec<u16>, FieldError> {
    let mut words = Vec::with_capacity(word_count(rule));
    let count = product_count(rule);
    for (i, (target, term)) in products(rule).enumerate() {
        let product = ProductWord {
            target: target.code(),
            dependency: term.dependency.code(),
            mantissa: term.mantissa,
            exponent: (term.exponent + EXPONENT_BIAS) as u32,
            factors: term.factors.len() as u32,
            last: u32::from(i + 1 == count),
        };
        words.push(product.pack()? as u16);
        for factor in &term.factors {
            let word = FactorWord { code: factor.code.code(), constant: factor.constant };
            words.push(word.pack()? as u16);
        }
    }
    Ok(words)
}
