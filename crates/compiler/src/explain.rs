//! Long explanations of the errors of this crate, for `seamount explain`.

/// What an error code of the compiler means and what one can do; `None` for a code that is not its own.
#[must_use]
pub fn explain(code: &str) -> Option<&'static str> {
    TEXTS.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

/// Every code of the compiler, in order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|(code, _)| *code)
}

const TEXTS: &[(&str, &str)] = &[
    (
        "E0101",
        "A core updates a limited number of compartments (1,024 on Loihi), and a neuron lies on one core as a whole.

Populations are cut over cores by themselves. So this says that one neuron has more compartments than a core, or
that populations pinned to a core are too large for it together.

Fix: drop the pin (`on core N`), or split the neuron's tree.",
    ),
    (
        "E0102",
        "Each compartment has A = 2^delay_bits accumulators, one for each step that a synapse can wait. A core has 8,192 of
them on Loihi: 1,024 compartments with 8 each, 128 compartments with 64.

Fix: a smaller ring (`delay_bits` of the settings), which shortens the longest delay to A - 2; or drop the pin, so
that the neurons spread over more cores.",
    ),
    (
        "E0103",
        "Every source that has a synapse on a core takes an input axon there: one for all its synapses that do not learn,
two more for each plastic projection, one for a reward channel.

Sources share population axons by themselves where discrete axons do not suffice; learning axons cannot be shared.
The sum names what each projection brings.

Fix: merge positive and negative copies of a source with `sign = mixed`; learn in one projection instead of several;
or leave `axon = discrete` away.",
    ),
    (
        "E0104",
        "A neuron takes one slot of the output axon memory for each core that it reaches, two for a pop32 axon, one more for
each plastic projection there and for each core that its spikes reward. Cores hold 4,096 slots on Loihi.

Parts whose neurons need more are halved by themselves; this one is pinned, or is a single neuron.

Fix: drop the pin; or let targets share fewer cores (fewer pins there, `cores_min` smaller).",
    ),
    (
        "E0105",
        "Synapses lie in 64-bit words, 16,384 a core on Loihi. An entry takes its weight bits, its delay and tag bits, and
whatever says which target it means; the cheapest of dense, run-length and sparse coding is taken for each list.

Fix: fewer weight bits (`bits`), fewer `delay_bits` of the projection, no `tags`; drop a `compression` constraint; or
drop the pin. One neuron with too many synapses needs another chip description.",
    ),
    (
        "E0106",
        "Compartments of a core share 32 profiles: decays, refractory period, axon delay, join, mode, reset, homeostasis.
Every combination of per-neuron values is a profile.

Neurons are cut over cores so that they suffice; here one core must hold more, because of a pin.

Fix: drop the pin, or round the per-neuron values to fewer.",
    ),
    (
        "E0107",
        "Compartments of a core share 8 threshold profiles. Where there are more thresholds, each compartment keeps its own,
as one that moves by 0, so this should not happen; if it does, it is a bug of the compiler.",
    ),
    (
        "E0108",
        "Synapses of a core share 7 formats: sign mode, weight bits and exponent, delay and tag bits, box, limit, learning
rule, and how the place is coded.

So at most 7 kinds of synapses can end on one neuron, which lies on one core. Projections of the same kind share.

Fix: give projections to the same neurons the same `bits`, `exponent`, `sign` and `delay_bits`.",
    ),
    (
        "E0109",
        "Learning axons of a core share 3 pre-trace profiles: impulses and decays of x1 and x2.

Fix: give rules whose projections end on the same neurons the same traces x1, x2.",
    ),
    (
        "E0110",
        "Compartments of a core share 8 post-trace profiles: impulses and decays of y1, y2, y3.

Fix: give the neurons of a core the same traces, or drop the pin that keeps them together.",
    ),
    (
        "E0111",
        "A core holds 8 learning rules: programs of dw, dd, dt and the k of u_k. Rules with the same programs are one.

Fix: fewer rules on the same neurons.",
    ),
    (
        "E0112",
        "A core holds 256 words of microcode: one for each product of its rules, and one for each factor.

Fix: shorter rules, or fewer on the same neurons.",
    ),
    (
        "E0113",
        "A decay of u is stored less one where the core's ds_offset is set. A decay of 4096 needs the offset, a decay of 0
forbids it, so the two cannot share a core. Populations are cut so that they do not; here a pin, or a neuron of
several compartments, keeps them together.

Fix: `current_decay = 1` instead of 0, or 4095 instead of 4096; or drop the pin.",
    ),
    (
        "E0114",
        "As E0113, for the decay of v and the core's dm_offset.

Fix: `voltage_decay = 1` instead of 0, or 4095 instead of 4096; or drop the pin.",
    ),
    (
        "E0115",
        "The synapse map counts the words of one list in 12 bits: a source may have up to 4,095 words of synapses on a core.

Fix: fewer parallel synapses from one source, or fewer bits each.",
    ),
    (
        "E0116",
        "A pop16 message has 15 bits for the number of the input axon and the atom, so large populations leave few numbers.

Fix: `axon = pop32`, or leave the constraint away.",
    ),
    (
        "E0117",
        "Compartments of a core share their settings: epoch, length of the delay ring, bounds of v, noise, reward channel.
Two populations with different settings are pinned to one core.

Fix: pin them to different cores, or give them the same settings.",
    ),
    (
        "E0118",
        "The network needs more cores than the board has. The sum says how many cores each population begins, and the
resource that cut it.

Fix: a board of more chips (`--chip loihi-8`), or less of the resource that binds: fewer weight bits, a shorter delay
ring, fewer kinds of neurons.",
    ),
    ("E0119", "A population is pinned to a core that the board does not have.\n\nFix: another core, or a larger board."),
    (
        "E0120",
        "A tree of compartments passes values over a stack, which holds 16 items on Loihi. The depth a tree needs is found
by walking it in the order of update.

Fix: make the deeper child the first (A), or use fewer levels.",
    ),
    (
        "E0121",
        "The delay ring of the settings is longer than cores of this chip can make it.\n\nFix: a smaller `delay_bits`.",
    ),
    (
        "E0122",
        "A learning rule has more products than a core evaluates for a synapse.\n\nFix: fewer terms in dw, dd and dt.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Resource;

    #[test]
    fn every_resource_is_explained() {
        for resource in Resource::ALL {
            let text = explain(resource.code());
            assert!(text.is_some_and(|text| text.len() > 80), "{}", resource.code());
        }
        assert_eq!(explain("E0001"), None);
        assert!(codes().collect::<Vec<_>>().is_sorted());
    }
}
