//! Sparse connections: compressed rows, pairs, files of edges.

use super::input::{load_call, rows};
use super::numbers::At;
use super::pattern::{Made, pick};
use super::value::{Numbers, of_array};
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Connectivity, Span, Values};
use crate::load::Array;
use crate::text::ast::{Arg, Expr, ExprKind};

impl Elaborator<'_> {
    /// `sparse(..)`: compressed rows, a list of pairs, or a table of edges.
    pub(super) fn sparse(&mut self, args: &[Arg], span: Span) -> Option<Made> {
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

    pub(super) fn indices(&mut self, list: &[i64], span: Span) -> Option<Vec<u32>> {
        match list.iter().map(|i| u32::try_from(*i).ok()).collect() {
            Some(all) => Some(all),
            None => {
                self.fail(Diagnostic::error("E0061", span, "an index is negative or has more than 32 bits"))
            }
        }
    }

    pub(super) fn expand_rows(
        &mut self,
        indptr: &[i64],
        indices: Vec<i64>,
        span: Span,
    ) -> Option<(Vec<u32>, Vec<u32>)> {
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
    pub(super) fn edge_file(&mut self, file: &Expr, span: Span) -> Option<Made> {
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

    pub(super) fn with_data(
        &mut self,
        pre: Vec<u32>,
        post: Vec<u32>,
        data: Array,
        span: Span,
    ) -> Option<Made> {
        if data.len() != pre.len() || post.len() != pre.len() {
            let message = format!("{} sources, {} targets, {} weights", pre.len(), post.len(), data.len());
            return self.fail(Diagnostic::error("E0061", span, message));
        }
        Some(Made::weighted(Connectivity::List { pre, post }, of_array(data), span))
    }
}
