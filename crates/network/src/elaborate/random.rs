//! Connections that are drawn.

use isa::draw::mix;

use super::numbers::At;
use super::pattern::{Made, Side};
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Connectivity, Span};
use crate::quantise;
use crate::text::ast::Arg;

/// Streams of connections that a description draws; see `numbers::STREAM_VALUES`.
const STREAM_PAIRS: u32 = 17;
const STREAM_FAN_OUT: u32 = 18;
const STREAM_FAN_IN: u32 = 19;
/// Pairs that `random(p)` may draw one by one.
const PAIRS_MAX: u64 = 1 << 29;

impl Elaborator<'_> {
    /// `random(p = 0.1, seed = 7)`, `random(fan_in = 10, ..)`, `random(fan_out = 10, ..)`
    pub(super) fn random(&mut self, args: &[Arg], pre: &Side, post: &Side, span: Span) -> Option<Made> {
        let names = [("p", false), ("fan_in", false), ("fan_out", false), ("seed", true)];
        let places = self.places("random", &names, args, span)?;
        let scope = Scope::new();
        let seed = self.integer(&places[3]?.value, &scope, "seed", (0, u32::MAX.into()))? as u32;
        let (pre_len, post_len) = (pre.len, post.len);
        let (mut sources, mut targets) = (Vec::new(), Vec::new());
        match (places[0], places[1], places[2]) {
            (Some(p), None, None) => {
                let p = self.real(At { expr: &p.value, scope: &scope, what: "p" })?;
                let Some(p32) = quantise::probability(p).map(|r| r.value) else {
                    return self.fail(Diagnostic::error(
                        "E0041",
                        span,
                        format!("p = {} is out of range: 0..=1", quantise::show(p)),
                    ));
                };
                let pairs = pre_len as u64 * post_len as u64;
                if pairs > PAIRS_MAX {
                    let error = Diagnostic::error(
                        "E0071",
                        span,
                        format!("{pairs} pairs to draw, at most {PAIRS_MAX}"),
                    );
                    return self.fail(error.help("use `fan_in` or `fan_out`"));
                }
                for i in 0..pre_len as u32 {
                    chosen(seed, i, post_len as u32, p32, &mut targets);
                    sources.resize(targets.len(), i);
                }
            }
            (None, Some(k), None) => {
                let k = self.integer(&k.value, &scope, "fan_in", (0, pre_len as i64))? as u32;
                self.countable(k as usize * post_len, span)?;
                let mut pairs: Vec<(u32, u32)> = (0..post_len as u32)
                    .flat_map(|j| {
                        distinct(pre_len as u32, k, |n| mix([seed, STREAM_FAN_IN], [j, n])[0])
                            .into_iter()
                            .map(move |i| (i, j))
                    })
                    .collect();
                pairs.sort_unstable();
                (sources, targets) = pairs.into_iter().unzip();
            }
            (None, None, Some(k)) => {
                let k = self.integer(&k.value, &scope, "fan_out", (0, post_len as i64))? as u32;
                self.countable(k as usize * pre_len, span)?;
                for i in 0..pre_len as u32 {
                    targets.extend(distinct(post_len as u32, k, |n| mix([seed, STREAM_FAN_OUT], [i, n])[0]));
                    sources.resize(targets.len(), i);
                }
            }
            _ => {
                return self.fail(Diagnostic::error(
                    "E0033",
                    span,
                    "random needs one of `p`, `fan_in`, `fan_out`",
                ));
            }
        }
        Some(Made::plain(Connectivity::List { pre: sources, post: targets }))
    }
}

/// Targets that source `i` meets, each with probability `p32 / 2^32`; one mix draws for two targets.
fn chosen(seed: u32, i: u32, n: u32, p32: u64, targets: &mut Vec<u32>) {
    for half in 0..n.div_ceil(2) {
        let words = mix([seed, STREAM_PAIRS], [i, half]);
        let pair = [2 * half, 2 * half + 1];
        targets.extend(
            pair.into_iter().zip(words).filter(|(j, word)| *j < n && u64::from(*word) < p32).map(|(j, _)| j),
        );
    }
}

/// `k` distinct numbers below `n`, sorted, by Floyd's algorithm; `draw` gives 32 random bits.
fn distinct(n: u32, k: u32, draw: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut chosen = std::collections::BTreeSet::new();
    for top in n - k.min(n)..n {
        let pick = ((u64::from(draw(top)) * (u64::from(top) + 1)) >> 32) as u32;
        if !chosen.insert(pick) {
            chosen.insert(top);
        }
    }
    chosen.into_iter().collect()
}
