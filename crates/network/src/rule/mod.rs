//! The language of learning rules: `dw = 2^-2*x1*y0 - 2^-2*y1*x0` <-> the terms of the graph (contract 7).
//!
//! A rule text is any number of equations (`dw`, `dd`, `dt`), apart by `;`, `,` or nothing. Each is a sum of
//! products of integers, `2^k`, factors `V` or `(V + C)`, and one dependency: `x0`, `y0` or `u_k`. The spellings of
//! NxSDK, brian2_loihi and Lava are taken (`2^-2`, `2**-2`, `(2^-2)`, `sgn`, `sign`, `u3`, `u_3`, quotes). [`parse`]
//! gives the terms, [`print()`] the text, [`library`] rules with names and parameters, [`window`] what a rule does to a pair of events.
//!
//! ```
//! use seamount_network::rule;
//!
//! let terms = rule::parse("dw = 2^-2*(x1*y0 - y1*x0); dt = u0*sign(w - 5)", 0).unwrap();
//! assert_eq!(terms.notes[0].text, "the parentheses were multiplied out to 2 terms");
//! assert_eq!(
//!     rule::print(&terms.into_rule("r")),
//!     "dw = 2^-2*y0*x1 - 2^-2*x0*y1\ndt = u0*sgn(w - 5)"
//! );
//!
//! let errors = rule::parse("dw = x1*w", 0).unwrap_err();
//! assert_eq!(errors[0].to_string(), "this term has no dependency factor");
//! assert!(errors[0].help().starts_with("add x0, y0 or u_k"));
//! ```

mod builder;
pub mod library;
mod lower;
mod named;
mod print;
mod scale;
mod syntax;
pub mod window;

use isa::op::LearningTarget;

use crate::graph::{Rule, Span, Term};

pub use print::{print, print_sum};
pub use scale::{Scale, normalise};

/// What a rule text says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// Terms added to the weight.
    pub w: Vec<Term>,
    /// Terms added to the delay.
    pub d: Vec<Term>,
    /// Terms added to the tag.
    pub t: Vec<Term>,
    /// The k of its u_k; `None` where it has none.
    pub k: Option<u32>,
    /// What was changed on the way in, for the report.
    pub notes: Vec<Note>,
}

impl Terms {
    /// The terms of a target.
    #[must_use]
    pub fn of(&self, target: LearningTarget) -> &[Term] {
        match target {
            LearningTarget::W => &self.w,
            LearningTarget::D => &self.d,
            LearningTarget::T => &self.t,
        }
    }

    /// A rule of the graph with these terms; its traces are still to be set.
    #[must_use]
    pub fn into_rule(self, name: &str) -> Rule {
        let k = self.k.unwrap_or(0);
        Rule { name: name.into(), k, w: self.w, d: self.d, t: self.t, ..Rule::default() }
    }
}

/// A change that keeps the meaning, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Where in the source.
    pub span: Span,
    /// What was done.
    pub text: String,
}

/// A mistake in a rule, and where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct RuleError {
    /// Where in the source.
    pub span: Span,
    /// What is wrong.
    pub reason: Reason,
}

impl RuleError {
    /// What would put it right.
    #[must_use]
    pub fn help(&self) -> String {
        self.reason.help()
    }
}

/// What can be wrong with a rule.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// Not in the grammar.
    #[error("expected {expected}, found {found}")]
    Syntax {
        /// What could have stood there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A second equation of the same target.
    #[error("a second equation of d{0}")]
    Repeated(LearningTarget),
    /// A name that is no variable.
    #[error("`{name}` is no variable of a learning rule")]
    Unknown {
        /// The name.
        name: String,
        /// The variable most like it.
        nearest: Option<&'static str>,
    },
    /// A term without x0, y0 and u_k.
    #[error("this term has no dependency factor")]
    NoDependency,
    /// u_k beside x0, y0 or another u.
    #[error("this term has u{k} beside {other}")]
    TwoDependencies {
        /// The k of the u.
        k: u32,
        /// The other dependency.
        other: String,
    },
    /// Two different k in one rule.
    #[error("u{second} in a rule that has u{first}: a rule has one k")]
    TwoK {
        /// The k met first.
        first: u32,
        /// The other.
        second: u32,
    },
    /// k above 15.
    #[error("u{0}: k is 0..=15")]
    KRange(u64),
    /// More than 4 factors.
    #[error("this term has {0} factors beside its dependency, 4 fit")]
    Factors(usize),
    /// A constant on a factor that takes none.
    #[error("{0} takes no constant: it is 1 or 0")]
    NoConstant(&'static str),
    /// A constant outside of 9 bits.
    #[error("the constant {0} does not fit: -256..=255")]
    Constant(i64),
    /// A scale that no (m, x) realises.
    #[error("the scale {mantissa}*2^{exponent} does not fit m*2^x with m -8..=7 and x -7..=8")]
    Scale {
        /// Product of the integers.
        mantissa: i64,
        /// Sum of the exponents.
        exponent: i64,
    },
    /// A decimal fraction.
    #[error("`{text}`: a scale is an integer times a power of two")]
    Decimal {
        /// As written.
        text: String,
        /// The nearest scale that fits.
        nearest: Scale,
    },
    /// sgn of something else than w, d, t and a constant.
    #[error("sgn() takes w, d or t and a constant")]
    Sgn,
    /// A power of something else than 2.
    #[error("only 2 has an exponent")]
    Power,
    /// Expansion of the parentheses gives too many terms.
    #[error("the parentheses expand to more than {0} terms")]
    Terms(usize),
}

impl Reason {
    fn help(&self) -> String {
        match self {
            Self::Syntax { .. } => {
                "a rule reads `dw = 2^-2*x1*y0 - 2^-2*y1*x0`: sums of products, factors joined by `*`".into()
            }
            Self::Repeated(target) => format!("add its terms to the first equation of d{target}"),
            Self::Unknown { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            Self::Unknown { nearest: None, .. } => {
                "variables are x0 x1 x2 y0 y1 y2 y3 r0 r1 w d t u0..u15, and c, which is worth 0".into()
            }
            Self::NoDependency => {
                "add x0, y0 or u_k: x0 and y0 evaluate it when an event happened, u0 at every epoch".into()
            }
            Self::TwoDependencies { k, .. } => {
                format!("leave u{k} out: the event alone decides when the term counts")
            }
            Self::TwoK { first, .. } => format!("use u{first} throughout, or two rules on two projections"),
            Self::KRange(_) => "u_k acts every 2^k epochs: u0 every epoch, u15 every 32,768".into(),
            Self::Factors(_) => {
                "split the term, or fold a factor into the scale or into a trace's impulse".into()
            }
            Self::NoConstant(name) => format!("write {name} alone, and the constant in a term of its own"),
            Self::Constant(value) => {
                format!("use {}, or a power of two as the scale", value.clamp(&-256, &255))
            }
            Self::Scale { mantissa, .. } => scale_help(*mantissa),
            Self::Decimal { nearest, .. } => format!("write {nearest}"),
            Self::Sgn => "write sgn(w), sgn(w + 3), sgn(d) or sgn(t - 5)".into(),
            Self::Power => "write the product out: x1*x1".into(),
            Self::Terms(_) => "write fewer sums in parentheses".into(),
        }
    }
}

fn scale_help(mantissa: i64) -> String {
    if (-256..=255).contains(&mantissa) {
        format!("write {mantissa} as a factor, (c + {mantissa}), or use a scale that fits")
    } else {
        "use a scale that fits, and traces with larger or smaller impulses".into()
    }
}

/// The terms of a rule text. `offset` is the place of its first byte in the source; spans count from there.
///
/// # Errors
/// Every mistake found, in order of place.
pub fn parse(text: &str, offset: u32) -> Result<Terms, Vec<RuleError>> {
    let (equations, mut errors) = syntax::equations(text, offset);
    let mut terms = Terms::default();
    let mut seen: Vec<LearningTarget> = Vec::new();
    for equation in equations {
        if seen.contains(&equation.target) {
            errors.push(RuleError { span: equation.span, reason: Reason::Repeated(equation.target) });
            continue;
        }
        seen.push(equation.target);
        lower::equation(&equation, &mut terms, &mut errors);
    }
    errors.sort_by_key(|error| error.span.start);
    if errors.is_empty() { Ok(terms) } else { Err(errors) }
}

/// Why a term of the graph cannot be one of contract 7; `None` where it can. For terms that did not come from text.
#[must_use]
pub fn term_problem(term: &Term) -> Option<Reason> {
    lower::term_problem(term)
}

#[cfg(test)]
mod library_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod window_tests;
