//! Which source meets which target, and what a pattern brings along: weights, delays, tags.

use std::rc::Rc;

use isa::draw::mix;

use super::input::{load_call, rows};
use super::numbers::At;
use super::value::{Number, Numbers, Value, of_array};
use super::{Elaborator, Scope, VALUES_MAX};
use crate::diagnostic::Diagnostic;
use crate::graph::{Connectivity, Span, Values, View};
use crate::load::Array;
use crate::quantise;
use crate::text::ast::{Arg, Expr, ExprKind, Name, Pattern, Synapse, Use};

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
    fn plain(connectivity: Connectivity) -> Self {
        Self { connectivity, weight: None, delay: None, tag: None }
    }

    fn weighted(connectivity: Connectivity, weight: Numbers, span: Span) -> Self {
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

    fn nothing(&mut self, name: &Name, args: &[Arg]) -> Option<()> {
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
    fn countable(&mut self, n: usize, span: Span) -> Option<()> {
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

    fn array(&mut self, expr: &Expr) -> Option<Array> {
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

    /// `sparse(..)`: compressed rows, a list of pairs, or a table of edges.
    fn sparse(&mut self, args: &[Arg], span: Span) -> Option<Made> {
        let names = [
            ("file", false),
            ("indptr", false),
            ("indices", false),
            ("pre", false),
            ("post", false),
            ("weight", false),
            ("delay", false),
            ("tag", false),
        ];
        let places = self.places("sparse", &names, args, span)?;
        let expr = |i: usize| places[i].map(|arg: &Arg| &arg.value);
        let (pre, post) = match (expr(0), expr(1), expr(2), expr(3), expr(4)) {
            (Some(file), None, None, None, None) => return self.edge_file(file, span),
            (None, Some(indptr), Some(indices), None, None) => {
                let (indptr, indices) = (self.list_of(indptr, "indptr"), self.list_of(indices, "indices"));
                self.expand_rows(&indptr?, indices?, span)?
            }
            (None, None, None, Some(pre), Some(post)) => {
                let (pre, post) = (self.list_of(pre, "pre"), self.list_of(post, "post"));
                (self.indices(&pre?, span)?, self.indices(&post?, span)?)
            }
            _ => {
                let error = Diagnostic::error(
                    "E0033",
                    span,
                    "sparse needs a file, or `indptr` and `indices`, or `pre` and `post`",
                );
                return self.fail(error);
            }
        };
        let mut made = Made::plain(Connectivity::List { pre, post });
        for (i, name) in [(5, "weight"), (6, "delay"), (7, "tag")] {
            let Some(value) = expr(i) else { continue };
            let Connectivity::List { pre, .. } = &made.connectivity else { continue };
            let n = pre.len();
            let evaluated = self.eval(value, &Scope::new())?;
            let numbers = self.numbers(evaluated, At { expr: value, scope: &Scope::new(), what: name }, n)?;
            let column = match name {
                "weight" => &mut made.weight,
                "delay" => &mut made.delay,
                _ => &mut made.tag,
            };
            *column = Some((numbers, value.span));
        }
        Some(made)
    }

    fn indices(&mut self, list: &[i64], span: Span) -> Option<Vec<u32>> {
        match list.iter().map(|i| u32::try_from(*i).ok()).collect() {
            Some(all) => Some(all),
            None => {
                self.fail(Diagnostic::error("E0061", span, "an index is negative or has more than 32 bits"))
            }
        }
    }

    fn expand_rows(&mut self, indptr: &[i64], indices: Vec<i64>, span: Span) -> Option<(Vec<u32>, Vec<u32>)> {
        let Some(ranges) = rows(indptr, indices.len()) else {
            let message = "indptr starts at 0, does not fall, and ends at the number of indices";
            return self.fail(Diagnostic::error("E0061", span, message));
        };
        let pre = ranges
            .iter()
            .enumerate()
            .flat_map(|(row, range)| std::iter::repeat_n(row as u32, range.len()))
            .collect();
        Some((pre, self.indices(&indices, span)?))
    }

    /// A table of edges: columns source, target, weight, delay, tag; or an npz as scipy saves it.
    fn edge_file(&mut self, file: &Expr, span: Span) -> Option<Made> {
        if let ExprKind::Text(path) = &file.kind {
            let part = |name: &str| {
                let text = |t: &str| Arg {
                    name: None,
                    value: Expr { kind: ExprKind::Text(t.into()), span: file.span },
                };
                load_call(vec![text(path), text(name)], file.span)
            };
            if self.loader.load(path, Some("indptr")).is_ok() {
                let (indptr, indices) =
                    (self.list_of(&part("indptr"), "indptr")?, self.list_of(&part("indices"), "indices")?);
                let (pre, post) = self.expand_rows(&indptr, indices, span)?;
                let array = self.array(&part("data"))?;
                return self.with_data(pre, post, array, file.span);
            }
            if self.loader.load(path, Some("row")).is_ok() {
                let (row, col) = (self.list_of(&part("row"), "row")?, self.list_of(&part("col"), "col")?);
                let (pre, post) = (self.indices(&row, span)?, self.indices(&col, span)?);
                let array = self.array(&part("data"))?;
                return self.with_data(pre, post, array, file.span);
            }
        }
        let direct = match &file.kind {
            ExprKind::Text(_) => load_call(vec![Arg { name: None, value: file.clone() }], file.span),
            _ => file.clone(),
        };
        let array = self.array(&direct)?;
        let (2, Some(columns @ 2..=5)) = (array.shape.len(), array.shape.get(1).copied()) else {
            let message = format!(
                "a table of edges has columns source, target, weight, delay, tag; this has shape {:?}",
                array.shape
            );
            return self.fail(Diagnostic::error("E0061", file.span, message));
        };
        let column = |i: usize| pick(of_array(array.clone()), i, columns);
        let whole = |this: &mut Self, i| match column(i) {
            Numbers::Ints(Values::Each(v)) => Some(v),
            Numbers::Reals(v) => {
                let at = At { expr: file, scope: &Scope::new(), what: "index" };
                this.whole(v, at).map(|v| v.iter().copied().collect())
            }
            _ => None,
        };
        let (pre, post) = (whole(self, 0)?, whole(self, 1)?);
        let (pre, post) = (self.indices(&pre, span)?, self.indices(&post, span)?);
        let mut made = Made::plain(Connectivity::List { pre, post });
        made.weight = (columns > 2).then(|| (column(2), file.span));
        made.delay = (columns > 3).then(|| (column(3), file.span));
        made.tag = (columns > 4).then(|| (column(4), file.span));
        Some(made)
    }

    fn with_data(&mut self, pre: Vec<u32>, post: Vec<u32>, data: Array, span: Span) -> Option<Made> {
        if data.len() != pre.len() || post.len() != pre.len() {
            let message = format!("{} sources, {} targets, {} weights", pre.len(), post.len(), data.len());
            return self.fail(Diagnostic::error("E0061", span, message));
        }
        Some(Made::weighted(Connectivity::List { pre, post }, of_array(data), span))
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

    /// Height and width, given as one number or as two.
    fn pair(&mut self, arg: Option<&Arg>, default: usize, what: &str, low: i64) -> Option<[usize; 2]> {
        let Some(arg) = arg else { return Some([default; 2]) };
        let list = self.list_of(&arg.value, what)?;
        let at = At { expr: &arg.value, scope: &Scope::new(), what };
        let list = match self.bounded(Values::Each(list), at, (low, 1 << 16))? {
            Values::Each(list) => list,
            Values::Same(_) => Vec::new(),
        };
        match list.as_slice() {
            [one] => Some([*one as usize; 2]),
            [h, w] => Some([*h as usize, *w as usize]),
            _ => {
                self.fail(Diagnostic::error("E0042", arg.value.span, format!("{what} is one number or two")))
            }
        }
    }

    /// `[channels, height, width]` of a side.
    fn image(&mut self, side: &Side, which: &str, span: Span) -> Option<[usize; 3]> {
        match side.shape.as_deref() {
            Some([h, w]) => Some([1, *h as usize, *w as usize]),
            Some([c, h, w]) => Some([*c as usize, *h as usize, *w as usize]),
            _ => {
                let message = format!(
                    "the {which} is one whole population or input of shape [height, width] or [channels, height, width]"
                );
                self.fail(Diagnostic::error("E0061", span, message))
            }
        }
    }

    /// `convolution(kernel, stride = 1, padding = 0, groups = 1)`: cross-correlation, kernel [out, in / groups, h, w].
    fn convolution(&mut self, args: &[Arg], pre: &Side, post: &Side, span: Span) -> Option<Made> {
        let names =
            [("kernel", true), ("stride", false), ("padding", false), ("groups", false), ("dilation", false)];
        let places = self.places("convolution", &names, args, span)?;
        let stride = self.pair(places[1], 1, "stride", 1)?;
        let padding = self.pair(places[2], 0, "padding", 0)?;
        let dilation = self.pair(places[4], 1, "dilation", 1)?;
        let groups = places[3]
            .map_or(Some(1), |arg| self.integer(&arg.value, &Scope::new(), "groups", (1, 1 << 16)))?
            as usize;
        let kernel = self.array(&places[0]?.value)?;
        let shape = match kernel.shape.as_slice() {
            [h, w] => [1, 1, *h, *w],
            [o, i, h, w] | [o, i, h, w, 1] => [*o, *i, *h, *w],
            other => {
                let message = format!(
                    "a kernel has shape [out, in, height, width] or [height, width], this has {other:?}"
                );
                return self.fail(Diagnostic::error("E0061", span, message));
            }
        };
        let (image, out) = (self.image(pre, "source", span)?, self.image(post, "target", span)?);
        let window = Window { image, kernel: shape, stride, padding, dilation, groups };
        let Some(size) = window.out().filter(|size| *size == out) else {
            let message = format!(
                "a source of {image:?} under a kernel of {shape:?} gives {}, the target has {out:?}",
                size_text(window.out())
            );
            return self.fail(Diagnostic::error("E0061", span, message));
        };
        let total = size.iter().product::<usize>().saturating_mul(shape[1] * shape[2] * shape[3]);
        self.countable(total, span)?;
        let edges = window.edges();
        let weights = choose(of_array(kernel), edges.iter().map(|(_, _, at)| *at));
        let (pre, post) = edges.iter().map(|(i, j, _)| (*i, *j)).unzip();
        Some(Made::weighted(Connectivity::List { pre, post }, weights, places[0]?.value.span))
    }

    /// `pool(size, stride = size)`: every channel by itself.
    fn pool(&mut self, args: &[Arg], pre: &Side, post: &Side, span: Span) -> Option<Made> {
        let places =
            self.places("pool", &[("size", true), ("stride", false), ("padding", false)], args, span)?;
        let size = self.pair(places[0], 1, "size", 1)?;
        let stride = if places[1].is_some() { self.pair(places[1], 1, "stride", 1)? } else { size };
        let padding = self.pair(places[2], 0, "padding", 0)?;
        let (image, out) = (self.image(pre, "source", span)?, self.image(post, "target", span)?);
        let kernel = [image[0], 1, size[0], size[1]];
        let window = Window { image, kernel, stride, padding, dilation: [1, 1], groups: image[0] };
        if window.out() != Some(out) {
            let message = format!(
                "a source of {image:?} pooled by {size:?} gives {}, the target has {out:?}",
                size_text(window.out())
            );
            return self.fail(Diagnostic::error("E0061", span, message));
        }
        self.countable(out.iter().product::<usize>().saturating_mul(size[0] * size[1]), span)?;
        let (pre, post) = window.edges().into_iter().map(|(i, j, _)| (i, j)).unzip();
        Some(Made::plain(Connectivity::List { pre, post }))
    }
}

/// A sliding window over an image; all sizes [channels, height, width].
struct Window {
    image: [usize; 3],
    kernel: [usize; 4],
    stride: [usize; 2],
    padding: [usize; 2],
    dilation: [usize; 2],
    groups: usize,
}

impl Window {
    /// Size of the result; `None` where the kernel does not fit.
    fn out(&self) -> Option<[usize; 3]> {
        let [o, i, ..] = self.kernel;
        if self.groups == 0
            || i.checked_mul(self.groups) != Some(self.image[0])
            || !o.is_multiple_of(self.groups)
        {
            return None;
        }
        let size = |axis: usize| {
            let reach =
                self.dilation[axis].checked_mul(self.kernel[axis + 2].checked_sub(1)?)?.checked_add(1)?;
            let room = (self.image[axis + 1] + 2 * self.padding[axis]).checked_sub(reach)?;
            Some(room / self.stride[axis] + 1)
        };
        Some([o, size(0)?, size(1)?])
    }

    /// Source, target and index into the kernel of every connection, by source, then target.
    fn edges(&self) -> Vec<(u32, u32, usize)> {
        let (Some([o, oh, ow]), [_, ih, iw]) = (self.out(), self.image) else { return Vec::new() };
        let [_, ki, kh, kw] = self.kernel;
        let mut edges = Vec::new();
        for target in 0..o * oh * ow {
            let (channel, y, x) = (target / (oh * ow), target / ow % oh, target % ow);
            let first = channel / (o / self.groups) * ki;
            for tap in 0..ki * kh * kw {
                let (c, ky, kx) = (tap / (kh * kw), tap / kw % kh, tap % kw);
                let at = |out: usize, k: usize, axis: usize| {
                    (out * self.stride[axis] + k * self.dilation[axis]).checked_sub(self.padding[axis])
                };
                if let (Some(sy), Some(sx)) = (at(y, ky, 0), at(x, kx, 1))
                    && sy < ih
                    && sx < iw
                {
                    let source = ((first + c) * ih + sy) * iw + sx;
                    edges.push((source as u32, target as u32, channel * ki * kh * kw + tap));
                }
            }
        }
        edges.sort_unstable();
        edges
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
fn pick(numbers: Numbers, i: usize, columns: usize) -> Numbers {
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
fn choose(numbers: Numbers, places: impl Iterator<Item = usize>) -> Numbers {
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
fn size_text(size: Option<[usize; 3]>) -> String {
    size.map_or_else(|| "nothing that fits".into(), |size| format!("{size:?}"))
}
