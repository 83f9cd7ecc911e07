//! What a check finds.

use std::fmt::Display;

/// Findings kept of each core; an image that is wrong everywhere need not say so a million times.
pub const MOST: usize = 50;

/// Where an image is not its graph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The graph itself is refused.
    #[error("the graph: {0}")]
    Graph(String),
    /// Something has another value than the graph gives it.
    #[error("{place}: {thing} should be {want}, the image holds {have}")]
    Differs {
        /// Core, or part of the image.
        place: String,
        /// The thing.
        thing: String,
        /// Its value in the graph.
        want: String,
        /// Its value in the image.
        have: String,
    },
    /// Something breaks a rule of the contract.
    #[error("{place}: {problem}")]
    Broken {
        /// Core, or part of the image.
        place: String,
        /// The rule.
        problem: String,
    },
    /// More than the chip has.
    #[error("{place}: {need} {what}, limit {limit}")]
    Limit {
        /// Core, or part of the image.
        place: String,
        /// Of what.
        what: &'static str,
        /// What the image holds.
        need: usize,
        /// What the chip has.
        limit: usize,
    },
}

/// A list of findings that stops growing.
#[derive(Default)]
pub struct Findings(Vec<CheckError>);

impl Findings {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_vec(self) -> Vec<CheckError> {
        self.0
    }

    pub fn extend(&mut self, errors: impl IntoIterator<Item = CheckError>) {
        self.0.extend(errors);
    }

    fn push(&mut self, error: CheckError) {
        if self.0.len() < MOST {
            self.0.push(error);
        }
    }

    pub fn broken(&mut self, place: impl Display, problem: String) {
        self.push(CheckError::Broken { place: place.to_string(), problem });
    }

    pub fn limit(&mut self, place: impl Display, what: &'static str, need: usize, limit: usize) {
        if need > limit {
            self.push(CheckError::Limit { place: place.to_string(), what, need, limit });
        }
    }

    /// Notes a difference, if there is one; `thing` is only made then.
    pub fn same<T: PartialEq + std::fmt::Debug>(
        &mut self,
        place: impl Display,
        thing: impl FnOnce() -> String,
        want: &T,
        have: &T,
    ) {
        if want != have {
            let (want, have) = (brief(want), brief(have));
            self.push(CheckError::Differs { place: place.to_string(), thing: thing(), want, have });
        }
    }
}

fn brief<T: std::fmt::Debug>(value: &T) -> String {
    let text = format!("{value:?}");
    if text.chars().count() <= 200 { text } else { text.chars().take(200).chain(['…']).collect() }
}
