//! Learning rules, decoded from the microcode of an image.

use isa::layout::Word;
use isa::op::{Dependency, FactorCode, LearningTarget};
use isa::words::{FactorWord, ProductWord, RuleProfile};

use super::super::kernel::{Factor, Product};

/// Where a batch holds its inputs: five traces at three times, then these.
pub mod column {
    /// Weight before the update.
    pub const W: usize = 15;
    /// Delay before the update.
    pub const D: usize = 16;
    /// Tag before the update.
    pub const T: usize = 17;
    /// 1 if a pre event happened in the epoch.
    pub const PRE: usize = 18;
    /// 1 if a post event happened in the epoch.
    pub const POST: usize = 19;
    /// Reward of the epoch.
    pub const R0: usize = 20;
    /// Reward trace.
    pub const R1: usize = 21;

    /// Trace `i` of x1 x2 y1 y2 y3, read at the step of the dependency.
    #[must_use]
    pub const fn trace(i: usize, at: isa::op::Dependency) -> usize {
        i * 3 + at as usize
    }
}

/// A rule: its products by what activates them.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// The programs of w, d and t; a target without a program keeps its value.
    pub programs: [Vec<(Dependency, Product)>; 3],
    /// u_k is active every `2^k` epochs.
    pub k: u32,
    /// Columns that the factors read.
    pub reads: Vec<usize>,
    /// Whether there is a product of each dependency: x0, y0, u_k.
    pub depends: [bool; 3],
    /// Whether every y0 product is 0 where all pre traces are.
    pub y0_needs_pre: bool,
    /// Whether delays or tags are read or written.
    pub beyond_w: bool,
    /// Products.
    pub terms: u32,
    /// Factor words, plus one for every dependency x0 or y0.
    pub factors: u32,
}

impl Rule {
    /// Decodes the microcode of a rule.
    ///
    /// # Errors
    /// What is wrong with it, and at which word of the microcode memory.
    pub fn decode(profile: &RuleProfile, microcode: &[u16]) -> Result<Self, (usize, String)> {
        let mut rule = Self { k: profile.k, y0_needs_pre: true, ..Self::default() };
        let mut at = profile.pointer as usize;
        let end = at + profile.length as usize;
        let mut next = |what: &str| {
            let word = microcode.get(at).filter(|_| at < end).copied();
            at += 1;
            word.map(u64::from).ok_or_else(|| (at - 1, format!("the rule ends before {what}")))
        };
        if profile.length == 0 {
            return Ok(rule);
        }
        for number in 0.. {
            let head = ProductWord::unpack(next("its last product")?);
            let factors: Vec<FactorWord> = (0..head.factors)
                .map(|_| next("a factor").map(FactorWord::unpack))
                .collect::<Result<_, _>>()?;
            rule.push(&head, &factors)
                .map_err(|problem| (profile.pointer as usize, format!("product {number}: {problem}")))?;
            if head.last == 1 {
                break;
            }
        }
        rule.reads.sort_unstable();
        rule.reads.dedup();
        let reads = |column| rule.reads.contains(&column);
        let writes = rule.programs[1..].iter().any(|program| !program.is_empty());
        rule.beyond_w = writes || reads(column::D) || reads(column::T);
        Ok(rule)
    }

    /// Whether the terms of u_k are active in `epoch`, from 1.
    #[must_use]
    pub fn uk_active(&self, epoch: u32) -> bool {
        self.depends[Dependency::Uk as usize] && epoch.is_multiple_of(1 << self.k)
    }

    fn push(&mut self, head: &ProductWord, words: &[FactorWord]) -> Result<(), String> {
        let target = LearningTarget::from_code(head.target).ok_or("its target 3 is none of w, d, t")?;
        let dependency =
            Dependency::from_code(head.dependency).ok_or("its dependency 3 is none of x0, y0, u")?;
        if words.len() > 4 {
            return Err(format!("{} factors, 4 are allowed", words.len()));
        }
        let mut width = 3;
        let mut factors = Vec::with_capacity(words.len());
        for word in words {
            let code = FactorCode::from_code(word.code).ok_or("a factor has no meaning")?;
            if !code.takes_constant() && word.constant != 0 {
                return Err(format!("{code} + {} : {code} takes no constant", word.constant));
            }
            width += code.magnitude_bits();
            factors.push(factor(code, word.constant, dependency));
            self.reads.extend(read_by(factors[factors.len() - 1]));
        }
        let gated_by_pre = words.iter().any(|w| matches!(w.code, 1 | 2) && w.constant == 0);
        self.y0_needs_pre &= dependency != Dependency::Y0 || gated_by_pre;
        self.depends[dependency as usize] = true;
        self.terms += 1;
        self.factors += words.len() as u32 + u32::from(dependency != Dependency::Uk);
        let (right, left) = (width.saturating_sub(15), head.exponent);
        let product = Product { mantissa: head.mantissa, right, left, factors };
        self.programs[target as usize].push((dependency, product));
        Ok(())
    }
}

/// The factor of a word in a term of that dependency.
fn factor(code: FactorCode, constant: i32, at: Dependency) -> Factor {
    let bits = code.magnitude_bits();
    let value = |column| Factor::Value { column, constant, bits };
    match code {
        FactorCode::X0 => Factor::Flag(column::PRE),
        FactorCode::Y0 => Factor::Flag(column::POST),
        FactorCode::X1 => value(column::trace(0, at)),
        FactorCode::X2 => value(column::trace(1, at)),
        FactorCode::Y1 => value(column::trace(2, at)),
        FactorCode::Y2 => value(column::trace(3, at)),
        FactorCode::Y3 => value(column::trace(4, at)),
        FactorCode::R0 => value(column::R0),
        FactorCode::R1 => value(column::R1),
        FactorCode::W => value(column::W),
        FactorCode::D => value(column::D),
        FactorCode::T => value(column::T),
        FactorCode::SgnW => Factor::Sign { column: column::W, constant },
        FactorCode::SgnD => Factor::Sign { column: column::D, constant },
        FactorCode::SgnT => Factor::Sign { column: column::T, constant },
        FactorCode::C => Factor::Constant(constant.clamp(-(1 << bits), (1 << bits) - 1)),
    }
}

/// The column that a factor reads.
fn read_by(factor: Factor) -> Option<usize> {
    match factor {
        Factor::Value { column, .. } | Factor::Sign { column, .. } | Factor::Flag(column) => Some(column),
        Factor::Constant(_) => None,
    }
}
