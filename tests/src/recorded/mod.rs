//! Vectors recorded from other simulators, as graphs of ours; nothing of them is in the repository.

pub mod brian;
pub mod cases;
pub mod lava;
pub mod learning;
pub mod nengo;

use isa::op::SignMode;
use network::graph::{Compartment, Graph, Node, Values};
use serde_json::Value;

use crate::contract::expect::same;
use crate::graphs;
use crate::recording::Recording;
use crate::shared;

/// A file of golden/core, if it is at hand.
#[must_use]
pub fn vector(name: &str) -> Option<Value> {
    let path = shared::find_or_say(&format!("golden/core/{name}.json"))?;
    Some(shared::read_json(&path))
}

/// A recorded network: what to build, and what to see.
#[derive(Debug)]
pub struct Recorded {
    /// The graph.
    pub graph: Graph,
    /// Steps to run.
    pub steps: u32,
    /// u, v and fires by step, of the compartments that were recorded; `None` where they were not.
    pub u: Option<Vec<Vec<i32>>>,
    /// v, arithmetic view.
    pub v: Option<Vec<Vec<i32>>>,
    /// 1 where a compartment fired.
    pub fires: Option<Vec<Vec<i32>>>,
}

impl Recorded {
    /// Whether a run of ours shows the same.
    ///
    /// # Errors
    /// The first difference.
    pub fn check(&self, shown: &Recording) -> Result<(), String> {
        let columns = |rows: &[Vec<i32>], n: usize| -> Vec<Vec<i32>> {
            rows.iter().map(|row| row[..n].to_vec()).collect()
        };
        for (name, expected, shown) in [("u", &self.u, &shown.u), ("v", &self.v, &shown.v)] {
            if let Some(expected) = expected {
                same(name, expected, &columns(shown, expected[0].len()))?;
            }
        }
        if let Some(fires) = &self.fires {
            let fired =
                |t: u32, key: usize| shown.spikes.get(&t).is_some_and(|keys| keys.contains(&(key as u32)));
            let rows: Vec<Vec<i32>> = (1..=self.steps)
                .map(|t| (0..fires[0].len()).map(|key| fired(t, key).into()).collect())
                .collect();
            same("fires", fires, &rows)?;
        }
        Ok(())
    }
}

/// An integer of a file.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no integer"))
}

/// A list of integers.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn ints(value: &Value) -> Vec<i64> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list")).iter().map(int).collect()
}

/// A table of integers.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn table(value: &Value) -> Vec<Vec<i32>> {
    let rows = value.as_array().unwrap_or_else(|| panic!("{value} is no table"));
    rows.iter().map(|row| ints(row).into_iter().map(|x| x as i32).collect()).collect()
}

/// One value for all of `n`, or a list of them.
#[must_use]
pub fn each(value: &Value, n: usize) -> Vec<i64> {
    if value.is_array() { ints(value) } else { vec![int(value); n] }
}

/// The least exponent with a mantissa in range, for a bias.
fn bias_of(bias: i64) -> (i32, u32) {
    let fits = |e: &u32| bias % (1 << e) == 0 && (-4096..=4095).contains(&(bias >> e));
    let exponent = (0..8).find(fits).unwrap_or_else(|| panic!("no bias {bias}"));
    ((bias >> exponent) as i32, exponent)
}

/// Sets the bias of every neuron.
pub fn set_bias(compartment: &mut Compartment, biases: &[i64]) {
    let pairs: Vec<(i32, u32)> = biases.iter().map(|&bias| bias_of(bias)).collect();
    compartment.bias_mantissa = Values::Each(pairs.iter().map(|p| p.0).collect());
    compartment.bias_exponent = Values::Each(pairs.iter().map(|p| p.1).collect());
}

/// Values of u32 from integers.
#[must_use]
pub fn unsigned(values: &[i64]) -> Values<u32> {
    Values::Each(values.iter().map(|&x| x as u32).collect())
}

/// Synapses of effective weights, multiples of 64 up to 255 * 64, as an excitatory and an inhibitory projection.
///
/// # Panics
/// If a weight is none of those.
pub fn connect_effective(graph: &mut Graph, pre: Node, post: usize, synapses: &[(u32, u32, i64)]) {
    for mode in [SignMode::Excitatory, SignMode::Inhibitory] {
        let of_mode = |w: i64| w != 0 && (w > 0) == (mode == SignMode::Excitatory);
        let chosen: Vec<(u32, u32, i16, u8)> = (synapses.iter())
            .filter(|&&(_, _, w)| of_mode(w))
            .map(|&(from, to, w)| {
                assert!(w % 64 == 0 && w.abs() <= 255 * 64, "no single synapse weighs {w}");
                (from, to, (w / 64) as i16, 0)
            })
            .collect();
        if !chosen.is_empty() {
            graphs::connect(graph, pre, post, &chosen).mode = mode;
        }
    }
}

/// All entries of a matrix of effective weights, rows are sources.
#[must_use]
pub fn entries(matrix: &[Vec<i32>]) -> Vec<(u32, u32, i64)> {
    let row = |(i, row): (usize, &Vec<i32>)| {
        row.iter().enumerate().map(|(j, &w)| (i as u32, j as u32, w.into())).collect::<Vec<_>>()
    };
    matrix.iter().enumerate().flat_map(row).collect()
}
