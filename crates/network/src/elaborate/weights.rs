//! Weights of a projection: exact mantissas, or physical ones that wait for their scale.

use std::collections::BTreeSet;

use isa::num::{text_weight_range, truncate_weight, weight_lsb};
use isa::op::SignMode;

use super::numbers::{At, map};
use super::physical::Weights;
use super::project::Fields;
use super::value::Numbers;
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Connectivity, Node, Projection, Span, Values};
use crate::text::ast::{Expr, ExprKind};

/// How weights are stored.
pub(super) struct Format {
    pub(super) sign: Option<SignMode>,
    pub(super) exponent: Option<i32>,
    pub(super) clip: bool,
}

impl<'a> Elaborator<'a> {
    /// Refuses a table of targets x sources where sources x targets is meant.
    pub(super) fn turned(&mut self, value: &super::value::Value, at: At, p: &Projection) -> Option<()> {
        let super::value::Value::Array(array) = value else { return Some(()) };
        let want = [p.pre_len(), p.post_len()];
        if p.connectivity == Connectivity::Dense && array.shape == [want[1], want[0]] && want[0] != want[1] {
            let error = Diagnostic::error(
                "E0061",
                at.expr.span,
                format!("{} has shape {:?}, sources x targets is {want:?}", at.what, array.shape),
            );
            return self.fail(error.help("`: dense(load(..), transpose = true)` takes rows as targets"));
        }
        Some(())
    }

    pub(super) fn weights(
        &mut self,
        fields: &Fields<'a>,
        made: Option<(Numbers, Span)>,
        format: &Format,
        p: &mut Projection,
    ) -> Option<()> {
        let exact = fields.contains_key("weight_mant");
        let field = if exact { "weight_mant" } else { "weight" };
        let (numbers, span) = match self.column(fields, field, made, p) {
            Some(found) => found,
            None if fields.contains_key(field) => return None,
            None => (Numbers::Ints(Values::Same(1)), p.span),
        };
        let levels: BTreeSet<bool> = p
            .post
            .iter()
            .map(|view| matches!(view.node, Node::Population(t) if self.is_physical(t)))
            .collect();
        if exact || levels == BTreeSet::from([false]) {
            return self.chip_weights(numbers, span, format, p);
        }
        if levels.len() > 1 {
            let message =
                format!("`{}` ends at populations with `threshold` and at others with `vth_mant`", p.name);
            return self.fail(Diagnostic::error("E0034", span, message).help("write two projections"));
        }
        let values = match numbers {
            Numbers::Ints(v) => map(v, |x| x as f64),
            Numbers::Reals(v) => v,
            _ => return self.fail(Diagnostic::error("E0032", span, "a weight has no unit")),
        };
        let signs = (values.iter().any(|w| *w < 0.0), values.iter().any(|w| *w > 0.0));
        p.mode = format.sign.unwrap_or(sign_of(signs));
        let wrong = match p.mode {
            SignMode::Mixed => false,
            SignMode::Excitatory => signs.0,
            SignMode::Inhibitory => signs.1,
        };
        if wrong {
            return self.fail(Diagnostic::error(
                "E0044",
                span,
                format!("`{}` is {}, but not all of its weights are", p.name, p.mode),
            ));
        }
        let projection = self.graph.projections.len();
        self.physical.weights.push(Weights { projection, values, exponent: format.exponent, span });
        Some(())
    }

    /// Mantissas: taken, truncated to the precision with a note, or refused.
    fn chip_weights(
        &mut self,
        numbers: Numbers,
        span: Span,
        format: &Format,
        p: &mut Projection,
    ) -> Option<()> {
        let expr = Expr { kind: ExprKind::Int(0), span };
        let what = format!("weight of `{}`", p.name);
        let at = At { expr: &expr, scope: &Scope::new(), what: &what };
        let values = match numbers {
            Numbers::Ints(v) => v,
            Numbers::Reals(v) => self.whole_weights(v, at)?,
            _ => return self.wrong_unit(at, "a number without a unit"),
        };
        p.mode = format
            .sign
            .unwrap_or_else(|| sign_of((values.iter().any(|w| *w < 0), values.iter().any(|w| *w > 0))));
        let (low, high) = text_weight_range(p.mode);
        let (low, high) = (i64::from(low), i64::from(high));
        let outside: Vec<i64> = values.iter().copied().filter(|w| !(low..=high).contains(w)).collect();
        if !outside.is_empty() && !format.clip {
            return self.too_wide(&outside, &values, span, p);
        }
        if !outside.is_empty() {
            let (asked, got) =
                (format!("{} weights outside {low}..={high}", outside.len()), "clipped".to_owned());
            self.note(span, what.clone(), asked, got);
        }
        let lsb = weight_lsb(p.mode, p.bits);
        let (least, most) = isa::num::weight_range(p.mode, lsb);
        let mut lost = 0usize;
        p.weight = map(values, |w| {
            let written = w.clamp(low, high) as i32;
            let kept = truncate_weight(written, lsb).clamp(least, most);
            lost += usize::from(kept != written);
            kept as i16
        });
        if lost > 0 {
            let (asked, got) = (
                format!("{lost} mantissas between the steps"),
                format!("truncated to multiples of {}", 1 << lsb),
            );
            self.note(span, what, asked, got);
        }
        Some(())
    }

    fn whole_weights(&mut self, values: Values<f64>, at: At) -> Option<Values<i64>> {
        let before = self.found.len();
        let whole = self.whole(values, at);
        if let Some(error) = self.found.get_mut(before) {
            error.help = Some(
                "weights are mantissas here; give the target neuron a `threshold` for weights in its unit"
                    .into(),
            );
        }
        whole
    }

    fn too_wide(&mut self, outside: &[i64], values: &Values<i64>, span: Span, p: &Projection) -> Option<()> {
        let largest = outside.iter().copied().max_by_key(|w| w.unsigned_abs()).unwrap_or_default();
        let (low, high) = text_weight_range(p.mode);
        let message = format!("weight {largest} does not fit: {}, {} bits, {low}..={high}", p.mode, p.bits);
        let mut error = Diagnostic::error("E0044", span, message);
        if let Values::Each(all) = values {
            let at = all.iter().position(|w| *w == largest).unwrap_or_default();
            let (i, j) = p.ends(at);
            let (n, of) = (outside.len(), all.len());
            error = error
                .label(format!("{n} of {of} weights do not fit, the largest is {largest} at [{i}, {j}]"));
        }
        let exponent = (1..=7).find(|e| largest >> e >= low.into() && largest >> e <= high.into());
        let help = match (p.mode, largest, exponent) {
            (SignMode::Inhibitory, -256, _) => "use -255".into(),
            (SignMode::Excitatory, w, _) if w < 0 => "`sign = mixed` holds both signs, in steps of 2".into(),
            (SignMode::Inhibitory, w, _) if w > 0 => "`sign = mixed` holds both signs, in steps of 2".into(),
            (_, _, Some(e)) => format!(
                "divide by {} and say `exponent = {e}`, which holds {}..={} in steps of {}; `clip = true` clips and reports",
                1 << e,
                low << e,
                high << e,
                1 << e
            ),
            _ => "`clip = true` clips and reports".into(),
        };
        self.fail(error.help(help))
    }
}

/// The mode of weights of which (some are negative, some are positive).
fn sign_of(signs: (bool, bool)) -> SignMode {
    match signs {
        (true, true) => SignMode::Mixed,
        (true, false) => SignMode::Inhibitory,
        (false, _) => SignMode::Excitatory,
    }
}
