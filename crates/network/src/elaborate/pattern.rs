//! Which source meets which target, and what a pattern brings along: weights, delays, tags.

use std::rc::Rc;

use isa::draw::mix;

use super::numbers::At;
use super::value::{Number, Numbers, Value, of_array};
use super::{Elaborator, Scope, VALUES_MAX};
use crate::diagnostic::Diagnostic;
use crate::graph::{Connectivity, Span, Values, View};
use crate::load::Array;
use crate::quantise;
use crate::text::ast::{Arg, Expr, Name, Pattern, Synapse, Use};

/// Streams of connections that a description draws; see `numbers::STREAM_VALUES`.
const STREAM_PAIRS: u32 = 17;
const STREAM_FAN_OUT: u32 = 18;
const STREAM_FAN_IN: u32 = 19;
/// Pairs that `random(p)` may draw one by one.
const PAIRS_MAX: u64 = 1 << 30;

/// Patterns by name.
const PATTERNS: [&str; 7] = ["all", "one_to_one", "dense", "sparse", "random", "convolution", "pool"];

/// One side of a projection.
pub(super) struct Side {
    pub(super) len: usize,
    /// Shape, where the side is one whole node.
    pub(super) shape: Option<Vec<u32>>,
}

/// A pattern worked out.
pub(super) struct Made {
    pub(super) connectivity: Connectivity,
    pub(super) weight: Option<(Numbers, Span)>,
    pub(super) delay: Option<(Numbers, Span)>,
    pub(super) tag: Option<(Numbers, Span)>,
}

impl Made {
    pub(super) fn plain(connectivity: Connectivity) -> Self {
        Self { connectivity, weight: None, delay: None, tag: None }
    }

    pub(super) fn weighted(connectivity: Connectivity, weight: Numbers, span: Span) -> Self {
        Self { weight: Some((weight, span)), ..Self::plain(connectivity) }
    }
}

impl Made {
    /// Only the synapses at some places of the list.
    fn keep(self, places: &[usize]) -> Self {
        let of = |column: Option<(Numbers, Span)>| {
            column.map(|(numbers, span)| (choose(numbers, places.iter().copied()), span))
        };
        Self { weight: of(self.weight), delay: of(self.delay), tag: of(self.tag), ..self }
    }
}

impl Elaborator<'_> {
    /// Leaves out the synapses from a thing to itself.
    pub(super) fn without_autapses(&mut self, made: Made, ends: [&[View]; 2], span: Span) -> Option<Made> {
        let keys = ends.map(|views| self.graph.side_keys(views));
        let [pre, post] = &keys;
        let pairs: Vec<(u32, u32)> = match &made.connectivity {
            Connectivity::Dense => {
                self.countable(pre.len().saturating_mul(post.len()), span)?;
                (0..pre.len() as u32).flat_map(|i| (0..post.len() as u32).map(move |j| (i, j))).collect()
            }
            Connectivity::OneToOne => (0..pre.len() as u32).map(|i| (i, i)).collect(),
            Connectivity::List { pre, post } => pre.iter().copied().zip(post.iter().copied()).collect(),
        };
        let other = |&(i, j): &(u32, u32)| pre.get(i as usize) != post.get(j as usize);
        let places: Vec<usize> =
            pairs.iter().enumerate().filter(|(_, pair)| other(pair)).map(|(at, _)| at).collect();
        let (pre, post) = places.iter().map(|at| pairs[*at]).unzip();
        let made = made.keep(&places);
        Some(Made { connectivity: Connectivity::List { pre, post }, ..made })
    }

    /// The connectivity of a projection.
    pub(super) fn pattern(&mut self, pattern: &Pattern, pre: &Side, post: &Side, span: Span) -> Option<Made> {
        match pattern {
            Pattern::List(list, _) => self.synapse_list(list, pre, post),
            Pattern::Named(Use { name, args }) => match name.text.as_str() {
                "all" => self.nothing(name, args).map(|()| Made::plain(Connectivity::Dense)),
                "one_to_one" => {
                    self.nothing(name, args)?;
                    if pre.len != post.len {
                        let message = format!(
                            "one_to_one needs sides of one length, they have {} and {}",
                            pre.len, post.len
                        );
                        return self.fail(Diagnostic::error("E0056", span, message));
                    }
                    Some(Made::plain(Connectivity::OneToOne))
                }
                "dense" => self.dense(args, pre, post, name.span),
                "sparse" => self.sparse(args, name.span),
                "random" => self.random(args, pre, post, name.span),
                "convolution" => self.convolution(args, pre, post, name.span),
                "pool" => self.pool(args, pre, post, name.span),
                other => {
                    let error =
                        Diagnostic::error("E0010", name.span, format!("there is no pattern `{other}`"));
                    self.fail(error.suggest(other, PATTERNS))
                }
            },
        }
    }

    pub(super) fn nothing(&mut self, name: &Name, args: &[Arg]) -> Option<()> {
        match args.first() {
            None => Some(()),
            Some(arg) => self.fail(Diagnostic::error(
                "E0031",
                arg.value.span,
                format!("`{}` takes no arguments", name.text),
            )),
        }
    }

    /// Connections that may be kept in memory.
    pub(super) fn countable(&mut self, n: usize, span: Span) -> Option<()> {
        if n <= VALUES_MAX {
            return Some(());
        }
        self.fail(Diagnostic::error("E0071", span, format!("{n} synapses in a list, at most {VALUES_MAX}")))
    }

    fn synapse_list(&mut self, list: &[Synapse], pre: &Side, post: &Side) -> Option<Made> {
        let scope = Scope::new();
        let (mut sources, mut targets) = (Vec::new(), Vec::new());
        for synapse in list {
            for (expr, side, what, out) in
                [(&synapse.pre, pre, "source", &mut sources), (&synapse.post, post, "target", &mut targets)]
            {
                let most = side.len as i64 - 1;
                out.push(self.integer(expr, &scope, what, (0, most))? as u32);
            }
        }
        let mut made = Made::plain(Connectivity::List { pre: sources, post: targets });
        made.weight = self.list_column(list, |s| s.weight.as_ref(), "weight", &scope)?;
        made.delay = self.list_column(list, |s| s.delay.as_ref(), "delay", &scope)?;
        made.tag = self.list_column(list, |s| s.tag.as_ref(), "tag", &scope)?;
        Some(made)
    }

    /// A column of a list of synapses: all give it, or none does; a missing delay or tag is 0.
    #[allow(clippy::type_complexity, reason = "None: reported; Some(None): not given")]
    fn list_column(
        &mut self,
        list: &[Synapse],
        of: impl Fn(&Synapse) -> Option<&Expr>,
        what: &str,
        scope: &Scope,
    ) -> Option<Option<(Numbers, Span)>> {
        let Some(first) = list.iter().find_map(&of) else { return Some(None) };
        let span = first.span;
        let mut values = Vec::new();
        for synapse in list {
            match of(synapse) {
                Some(expr) => values.push(Value::Number(self.number(expr, scope, what)?)),
                None if what == "weight" => {
                    return self.fail(Diagnostic::error(
                        "E0033",
                        synapse.post.span,
                        "some synapses of this list have weights, this has none",
                    ));
                }
                None => values.push(Value::Number(Number::Int(0))),
            }
        }
        let n = values.len();
        let numbers = self.numbers(Value::List(values), At { expr: first, scope, what }, n)?;
        Some(Some((numbers, span)))
    }

    pub(super) fn array(&mut self, expr: &Expr) -> Option<Array> {
        match self.eval(expr, &Scope::new())? {
            Value::Array(array) => Some(Rc::unwrap_or_clone(array)),
            Value::List(list) => {
                let shape = shape(&list);
                let at = At { expr, scope: &Scope::new(), what: "array" };
                let numbers = self.numbers(Value::List(list), at, shape.iter().product())?;
                Some(match numbers {
                    Numbers::Ints(Values::Each(v)) => Array { shape, data: crate::load::Data::Ints(v) },
                    Numbers::Reals(Values::Each(v)) => Array { shape, data: crate::load::Data::Reals(v) },
                    _ => {
                        return self.fail(Diagnostic::error(
                            "E0032",
                            expr.span,
                            "a table of numbers without units",
                        ));
                    }
                })
            }
            other => self.fail(Diagnostic::error(
                "E0032",
                expr.span,
                format!(
                    "load(..) or lists of numbers are wanted, whose shape is known; this is {}",
                    other.kind()
                ),
            )),
        }
    }

    /// `dense(load("w.npz", "W"), transpose = false)`: rows are sources.
    fn dense(&mut self, args: &[Arg], pre: &Side, post: &Side, span: Span) -> Option<Made> {
        let places = self.places("dense", &[("weights", true), ("transpose", false)], args, span)?;
        let scope = Scope::new();
        let transpose = match places[1] {
            Some(arg) => self.boolean(At { expr: &arg.value, scope: &scope, what: "transpose" })?,
            None => false,
        };
        let expr = &places[0]?.value;
        let array = self.array(expr)?;
        let want = if transpose { [post.len, pre.len] } else { [pre.len, post.len] };
        if array.shape != want {
            let error = Diagnostic::error(
                "E0061",
                expr.span,
                format!(
                    "the weights have shape {:?}, {} sources and {} targets need {want:?}",
                    array.shape, pre.len, post.len
                ),
            );
            let turned = array.shape == [want[1], want[0]];
            let help = if transpose {
                "leave out `transpose`"
            } else {
                "`dense(.., transpose = true)` takes rows as targets"
            };
            return self.fail(if turned { error.help(help) } else { error });
        }
        let numbers = of_array(array);
        let numbers = if transpose { transposed(numbers, pre.len, post.len) } else { numbers };
        Some(Made::weighted(Connectivity::Dense, numbers, expr.span))
    }

    /// `random(p = 0.1, seed = 7)`, `random(fan_in = 10, ..)`, `random(fan_out = 10, ..)`
    fn random(&mut self, args: &[Arg], pre: &Side, post: &Side, span: Span) -> Option<Made> {
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
                    let chosen = (0..post_len as u32)
                        .filter(|j| u64::from(mix([seed, STREAM_PAIRS], [i, *j])[0]) < p32);
                    targets.extend(chosen);
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

fn transposed(numbers: Numbers, rows: usize, columns: usize) -> Numbers {
    let order = (0..rows).flat_map(|r| (0..columns).map(move |c| c * rows + r));
    choose(numbers, order)
}

/// Column `i` of a table.
pub(super) fn pick(numbers: Numbers, i: usize, columns: usize) -> Numbers {
    let n = match &numbers {
        Numbers::Ints(Values::Each(v)) => v.len(),
        Numbers::Reals(Values::Each(v)) => v.len(),
        _ => 0,
    };
    choose(numbers, (0..n / columns.max(1)).map(|row| row * columns + i))
}

/// The shape of nested lists, as their first elements show it.
fn shape(list: &[Value]) -> Vec<usize> {
    let mut shape = vec![list.len()];
    if let Some(Value::List(inner)) = list.first() {
        shape.extend(self::shape(inner));
    }
    shape
}

/// The values at some places.
pub(super) fn choose(numbers: Numbers, places: impl Iterator<Item = usize>) -> Numbers {
    match numbers {
        Numbers::Ints(Values::Each(v)) => {
            Numbers::Ints(Values::Each(places.filter_map(|at| v.get(at).copied()).collect()))
        }
        Numbers::Reals(Values::Each(v)) => {
            Numbers::Reals(Values::Each(places.filter_map(|at| v.get(at).copied()).collect()))
        }
        other => other,
    }
}

/// The size of a result, for messages.
pub(super) fn size_text(size: Option<[usize; 3]>) -> String {
    size.map_or_else(|| "nothing that fits".into(), |size| format!("{size:?}"))
}
