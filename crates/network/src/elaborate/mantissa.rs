//! Mantissas of weights: taken, truncated to the precision or clipped with a warning, or refused (contract 2).

use isa::num::{text_weight_range, truncate_weight, weight_lsb};
use isa::op::SignMode;

use super::numbers::{At, map};
use super::project::{Format, sign_of};
use super::value::Numbers;
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Projection, Span, Values};
use crate::text::ast::{Expr, ExprKind};

impl Elaborator<'_> {
    /// Mantissas: taken, truncated to the precision with a note, or refused.
    pub(super) fn chip_weights(
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
            self.found.push(clipped((&outside, &values), (low, high), span, p));
        }
        let lsb = weight_lsb(p.mode, p.bits);
        let (least, most) = isa::num::weight_range(p.mode, lsb);
        let mut lost = Lost::default();
        p.weight = map(values, |w| {
            let written = w.clamp(low, high) as i32;
            let kept = truncate_weight(written, lsb).clamp(least, most);
            lost.see(written, kept);
            kept as i16
        });
        if lost.count > 0 {
            let (asked, got) = (
                format!("{} mantissas between the steps", lost.count),
                format!("truncated to multiples of {}", 1 << lsb),
            );
            self.note(span, what, asked, got);
            lost.single = matches!(p.weight, Values::Same(_));
            self.found.push(lost.warning(span, p));
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

/// Weights that lie between two steps.
#[derive(Default)]
struct Lost {
    /// Whether one value is that of all synapses.
    single: bool,
    seen: usize,
    count: usize,
    /// How many of them became 0.
    zero: usize,
    /// The first, and what it became.
    first: (i32, i32),
    /// Whether some weight is negative, and whether some is positive.
    signs: (bool, bool),
}

impl Lost {
    fn see(&mut self, written: i32, kept: i32) {
        self.seen += 1;
        self.signs = (self.signs.0 || written < 0, self.signs.1 || written > 0);
        if kept == written {
            return;
        }
        if self.count == 0 {
            self.first = (written, kept);
        }
        self.count += 1;
        self.zero += usize::from(kept == 0);
    }

    fn warning(&self, span: Span, p: &Projection) -> Diagnostic {
        let (step, (written, kept)) = (1 << weight_lsb(p.mode, p.bits), self.first);
        let what = if self.single {
            format!("weight {written} lies between the steps of {step} and is truncated toward zero")
        } else {
            let (n, of) = (self.count, self.seen);
            let zero = if self.zero > 0 { format!(", {} of them to 0", self.zero) } else { String::new() };
            format!("{n} of {of} weights lie between the steps of {step} and are truncated toward zero{zero}")
        };
        let message = format!("`{}`: {what}", p.name);
        let coarse = p.bits < 8;
        let help = match (p.mode, self.signs) {
            (SignMode::Mixed, (true, true)) if !coarse => {
                "mixed weights of 8 bits are even: give even weights, or two projections, one of each sign, with steps of 1"
                    .into()
            }
            (SignMode::Mixed, (negative, _)) if !coarse => {
                let sign = if negative { SignMode::Inhibitory } else { SignMode::Excitatory };
                format!("mixed weights of 8 bits are even: give even weights, or `sign = {sign}`, with steps of 1")
            }
            (mode, _) => {
                let finest = if mode == SignMode::Mixed { 2 } else { 1 };
                format!("give multiples of {step}, or more `bits`: 8 of them have steps of {finest}")
            }
        };
        Diagnostic::warning("E0043", span, message).label(format!("{written} -> {kept}")).help(help)
    }
}

/// Weights beyond the range, where `clip = true` takes them.
fn clipped(
    (outside, all): (&[i64], &Values<i64>),
    (low, high): (i64, i64),
    span: Span,
    p: &Projection,
) -> Diagnostic {
    let largest = outside.iter().copied().max_by_key(|w| w.unsigned_abs()).unwrap_or_default();
    let what = match all {
        Values::Same(w) => format!("weight {w} is clipped"),
        Values::Each(all) => format!("{} of {} weights are clipped", outside.len(), all.len()),
    };
    let message = format!("`{}`: {what} to {low}..={high}", p.name);
    Diagnostic::warning("E0044", span, message)
        .label(format!("{largest} -> {}", largest.clamp(low, high)))
        .help("`clip = true` asks for it; `exponent` holds larger ones, in larger steps")
}
