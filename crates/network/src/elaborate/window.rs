//! Convolution and pooling: windows that slide over shaped sides.

use super::numbers::At;
use super::pattern::{Made, Side, choose, size_text};
use super::value::of_array;
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Connectivity, Span, Values};
use crate::text::ast::Arg;

impl Elaborator<'_> {
    /// Height and width, given as one number or as two.
    pub(super) fn pair(
        &mut self,
        arg: Option<&Arg>,
        default: usize,
        what: &str,
        low: i64,
    ) -> Option<[usize; 2]> {
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
    pub(super) fn image(&mut self, side: &Side, which: &str, span: Span) -> Option<[usize; 3]> {
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
    pub(super) fn convolution(&mut self, args: &[Arg], pre: &Side, post: &Side, span: Span) -> Option<Made> {
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
    pub(super) fn pool(&mut self, args: &[Arg], pre: &Side, post: &Side, span: Span) -> Option<Made> {
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
