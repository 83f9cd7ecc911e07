//! The neuron update of the hand-written kernels: a flat vectorised loop, no counters, no wraps.

use crate::dispatched;

/// Neurons as arrays, padded to 16.
#[derive(Clone, Debug)]
pub struct Neurons {
    /// Current.
    pub u: Vec<i32>,
    /// Voltage.
    pub v: Vec<i32>,
    /// Input of this step in units of 64.
    pub acc: Vec<i32>,
    /// Bias.
    pub bias: Vec<i32>,
    /// 1 where a neuron fired.
    pub fired: Vec<u8>,
    /// 4096 - decay of u, 4096 - decay of v, threshold in the units of v.
    pub params: [i32; 3],
}

impl Neurons {
    /// At rest.
    pub fn new(bias: &[i32], decay_u: u32, decay_v: u32, vth: u32) -> Self {
        let n = bias.len().next_multiple_of(16);
        let mut padded = bias.to_vec();
        padded.resize(n, 0);
        let params = [4096 - decay_u as i32, 4096 - decay_v as i32, (vth << 6) as i32];
        Self { u: vec![0; n], v: vec![0; n], acc: vec![0; n], bias: padded, fired: vec![0; n], params }
    }

    /// One step; neurons that fired are appended to `out`.
    pub fn update(&mut self, level: crate::level::Level, out: &mut Vec<u32>) {
        step(level, self, out);
    }
}

dispatched! {
    /// u, v, spikes, reset; the input is cleared.
    pub fn step(neurons: &mut Neurons, out: &mut Vec<u32>) = body
}

#[inline(always)]
fn body(neurons: &mut Neurons, out: &mut Vec<u32>) {
    let n = neurons.u.len();
    let [keep_u, keep_v, threshold] = neurons.params;
    let (u, v, acc) = (&mut neurons.u[..n], &mut neurons.v[..n], &mut neurons.acc[..n]);
    let (bias, fired) = (&neurons.bias[..n], &mut neurons.fired[..n]);
    for i in 0..n {
        let now = decay(u[i], keep_u).wrapping_add(acc[i] << 6);
        let level = decay(v[i], keep_v).wrapping_add(now).wrapping_add(bias[i]);
        let fire = level > threshold;
        u[i] = now;
        v[i] = if fire { 0 } else { level };
        fired[i] = u8::from(fire);
        acc[i] = 0;
    }
    for (i, block) in fired.chunks(64).enumerate() {
        if block.iter().fold(0, |any, lane| any | lane) != 0 {
            for (j, eight) in block.as_chunks::<8>().0.iter().enumerate() {
                let mut ones = u64::from_le_bytes(*eight);
                while ones != 0 {
                    out.push((i * 64 + j * 8) as u32 + ones.trailing_zeros() / 8);
                    ones &= ones - 1;
                }
            }
        }
    }
}

#[inline(always)]
fn decay(x: i32, keep: i32) -> i32 {
    let m = x.wrapping_abs();
    let kept = (m >> 12).wrapping_mul(keep).wrapping_add((m & 4095).wrapping_mul(keep) >> 12);
    let sign = x >> 31;
    (kept ^ sign).wrapping_sub(sign)
}
