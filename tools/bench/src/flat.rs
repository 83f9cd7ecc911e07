//! The hand-written kernels of W1 (dense rows added with SIMD) and W2, W3, W5 (packed CSR with prefetch).

use crate::dispatched;
use crate::level::Level;
use crate::net::{Csr, Net};
use crate::neuron::Neurons;

/// Synapses as the kernel wants them.
#[derive(Debug)]
enum Rows {
    /// Targets of each source from `first` on: (first synapse, first target, synapses), and the weights.
    Dense { rows: Vec<(u32, u32, u32)>, weights: Vec<i16> },
    /// Target `[23:0]` and half the weight `[31:24]`, signed, by source.
    Packed { ptr: Vec<u32>, words: Vec<u32> },
}

/// A workload without learning, ready to run.
#[derive(Debug)]
pub struct Flat<'a> {
    net: &'a Net,
    external: Rows,
    recurrent: Rows,
    level: Level,
}

impl<'a> Flat<'a> {
    /// Lays the synapses out: dense where every row is one run of targets.
    pub fn new(net: &'a Net) -> Self {
        Self {
            net,
            external: rows(&net.external, net.neurons),
            recurrent: rows(&net.recurrent, net.neurons),
            level: Level::detect(),
        }
    }

    /// All steps from rest; spikes of each neuron.
    pub fn run(&self) -> Vec<u32> {
        let net = self.net;
        let mut neurons = Neurons::new(&net.bias, net.decay_u, net.decay_v, net.vth);
        let mut counts = vec![0; neurons.u.len()];
        let (mut fired, mut next) = (Vec::new(), Vec::new());
        for t in 0..net.steps as usize {
            self.external.add(
                self.level,
                &net.input_sources[net.input_ptr[t]..net.input_ptr[t + 1]],
                &mut neurons.acc,
            );
            self.recurrent.add(self.level, &fired, &mut neurons.acc);
            next.clear();
            neurons.update(self.level, &mut next);
            next.iter().for_each(|&n: &u32| counts[n as usize] += 1);
            std::mem::swap(&mut fired, &mut next);
        }
        counts.truncate(net.neurons);
        counts
    }
}

fn rows(csr: &Csr, neurons: usize) -> Rows {
    assert!(csr.target.iter().all(|&target| (target as usize) < neurons), "targets are neurons");
    let runs = |range: &[usize]| csr.target[range[0]..range[1]].windows(2).all(|pair| pair[1] == pair[0] + 1);
    if csr.ptr.windows(2).all(runs) {
        let row = |range: &[usize]| {
            let n = (range[1] - range[0]) as u32;
            (range[0] as u32, if n > 0 { csr.target[range[0]] } else { 0 }, n)
        };
        return Rows::Dense { rows: csr.ptr.windows(2).map(row).collect(), weights: csr.weight.clone() };
    }
    let pack = |(&target, &weight): (&u32, &i16)| target | (u32::from((weight / 2) as u8)) << 24;
    let words = csr.target.iter().zip(&csr.weight).map(pack).collect();
    Rows::Packed { ptr: csr.ptr.iter().map(|&p| p as u32).collect(), words }
}

impl Rows {
    fn add(&self, level: Level, sources: &[u32], acc: &mut [i32]) {
        match self {
            Self::Dense { rows, weights } => add_dense(level, sources, rows, weights, acc),
            Self::Packed { ptr, words } => add_packed(level, sources, ptr, words, acc),
        }
    }
}

dispatched! {
    /// Adds rows of weights.
    pub fn add_dense(sources: &[u32], rows: &[(u32, u32, u32)], weights: &[i16], acc: &mut [i32]) = dense_body
}

#[inline(always)]
fn dense_body(sources: &[u32], rows: &[(u32, u32, u32)], weights: &[i16], acc: &mut [i32]) {
    for &source in sources {
        let (start, target, n) = rows[source as usize];
        let row = &weights[start as usize..(start + n) as usize];
        let slots = &mut acc[target as usize..(target + n) as usize];
        for (slot, weight) in slots.iter_mut().zip(row) {
            *slot += i32::from(*weight);
        }
    }
}

dispatched! {
    /// Adds packed synapses, the rows of the next sources on their way to the cache.
    pub fn add_packed(sources: &[u32], ptr: &[u32], words: &[u32], acc: &mut [i32]) = packed_body
}

/// How many sources ahead a row is fetched.
const AHEAD: usize = 4;

#[inline(always)]
fn packed_body(sources: &[u32], ptr: &[u32], words: &[u32], acc: &mut [i32]) {
    for (i, &source) in sources.iter().enumerate() {
        if let Some(&ahead) = sources.get(i + AHEAD) {
            let row = ptr[ahead as usize] as usize..ptr[ahead as usize + 1] as usize;
            row.step_by(16).for_each(|at| fetch(words, at));
        }
        if let Some(&ahead) = sources.get(i + 2 * AHEAD) {
            fetch(ptr, ahead as usize);
        }
        let mut add = |word: u32| {
            let target = (word & 0x00ff_ffff) as usize;
            debug_assert!(target < acc.len());
            // SAFETY: targets are neurons, as `rows` made sure.
            #[allow(unsafe_code, reason = "the kernel is to be as fast as one can write it")]
            let slot = unsafe { acc.get_unchecked_mut(target) };
            *slot += (word as i32 >> 24) << 1;
        };
        let (chunks, rest) =
            words[ptr[source as usize] as usize..ptr[source as usize + 1] as usize].as_chunks::<8>();
        chunks.iter().for_each(|chunk| chunk.iter().for_each(|&word| add(word)));
        rest.iter().for_each(|&word| add(word));
    }
}

#[inline(always)]
fn fetch(words: &[u32], at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing.
        #[allow(unsafe_code, reason = "prefetch")]
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(words.as_ptr().wrapping_add(at).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (words, at);
}
