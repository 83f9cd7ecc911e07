//! Learning rules, read from microcode.

use isa::layout::Word;
use isa::op::{Dependency, FactorCode, LearningTarget};
use isa::words::{FactorWord, ProductWord};
use network::graph::{Factor, Rule, Term};

use super::Core;
use super::finding::Findings;

/// Rules of a core, by id; without names, traces and spans.
pub fn read(core: &Core, found: &mut Findings) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut next = 0;
    for (id, profile) in core.image.rules.iter().enumerate() {
        found.same(core.place(), || format!("the first word of rule {id}"), &next, &profile.pointer);
        let (start, end) = (profile.pointer as usize, (profile.pointer + profile.length) as usize);
        match core.image.microcode.get(start..end).and_then(programs) {
            Some(rule) => rules.push(Rule { k: profile.k, ..rule }),
            None => {
                found.broken(core.place(), format!("rule {id}: its microcode is no programs of w, d, t"));
                return rules;
            }
        }
        if rules[..id].contains(&rules[id]) {
            found.broken(core.place(), format!("rule {id} is there twice"));
        }
        found.limit(
            core.place(),
            "products of a rule",
            products(&rules[id]),
            core.index.image.chip.limits.products as usize,
        );
        next = profile.pointer + profile.length;
    }
    let words = core.image.microcode.len() as u32;
    found.same(core.place(), || "the words of microcode".into(), &next, &words);
    check_used(core, &rules, found);
    rules
}

fn products(rule: &Rule) -> usize {
    rule.w.len() + rule.d.len() + rule.t.len()
}

fn check_used(core: &Core, rules: &[Rule], found: &mut Findings) {
    for id in 0..rules.len() {
        if !core.image.formats.iter().any(|format| format.learning != 0 && format.rule as usize == id) {
            found.broken(core.place(), format!("rule {id} belongs to no synapse format"));
        }
    }
}

/// The programs of a rule: w, d and t, in that order, the last product marked.
fn programs(mut words: &[u16]) -> Option<Rule> {
    let mut rule = Rule::default();
    let mut before = 0;
    while let Some((&head, rest)) = words.split_first() {
        let product = ProductWord::unpack(head.into());
        let factors = rest.get(..product.factors as usize)?;
        words = &rest[factors.len()..];
        if product.last != u32::from(words.is_empty()) || product.target < before {
            return None;
        }
        before = product.target;
        let term = Term {
            dependency: Dependency::from_code(product.dependency)?,
            mantissa: product.mantissa,
            exponent: product.exponent as i32 - 7,
            factors: factors.iter().map(|&word| factor(word)).collect::<Option<_>>()?,
        };
        match LearningTarget::from_code(product.target)? {
            LearningTarget::W => rule.w.push(term),
            LearningTarget::D => rule.d.push(term),
            LearningTarget::T => rule.t.push(term),
        }
    }
    Some(rule)
}

fn factor(word: u16) -> Option<Factor> {
    if u64::from(word) & FactorWord::unused_mask() != 0 {
        return None;
    }
    let word = FactorWord::unpack(word.into());
    Some(Factor { code: FactorCode::from_code(word.code)?, constant: word.constant })
}

/// Whether a rule read from a core is that of the graph.
pub fn is_same(read: &Rule, graph: &Rule) -> bool {
    (read.k, &read.w, &read.d, &read.t) == (graph.k, &graph.w, &graph.d, &graph.t)
}
