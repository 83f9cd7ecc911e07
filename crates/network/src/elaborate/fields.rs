//! Every field of every statement: canonical name, other tools' names for it, default, what it is.
//!
//! The reference in `docs/language.md` prints these tables; a test fails when it does not.

/// A field.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// Canonical name.
    pub name: &'static str,
    /// Names that other tools give it.
    pub aliases: &'static [&'static str],
    /// Default, as text.
    pub default: &'static str,
    /// What it is: unit, range.
    pub doc: &'static str,
}

/// The fields of one kind of block.
#[derive(Clone, Copy, Debug)]
pub struct FieldTable {
    /// The kind of block.
    pub name: &'static str,
    /// Its fields, in the order of the reference.
    pub fields: &'static [FieldSpec],
}

macro_rules! fields {
    ($($name:literal [$($alias:literal)*] $default:literal $doc:literal,)*) => {
        &[$(FieldSpec { name: $name, aliases: &[$($alias),*], default: $default, doc: $doc },)*]
    };
}

/// Fields of `neuron`, `population` and their compartments.
pub(crate) const COMPARTMENT: FieldTable = FieldTable {
    name: "neuron",
    fields: fields! {
        "current_decay" ["compartmentCurrentDecay" "decay_I" "decay_u" "iDecay" "du"] "4096" "effective decay of u per step, 0..=4096; Lava's `du` is the register, which is one less",
        "voltage_decay" ["compartmentVoltageDecay" "decay_v" "vDecay" "dv"] "4096" "effective decay of v per step, 0..=4096",
        "tau_u" [] "0 steps" "time constant of u: a time, or a number of steps; physical, instead of current_decay",
        "tau_v" [] "0 steps" "time constant of v: a time, or a number of steps; physical, instead of voltage_decay",
        "method" [] "exponential" "how a time constant becomes a decay: `exponential` or `euler`",
        "vth_mant" ["vThMant" "vth" "threshold_v_mant"] "100" "threshold mantissa, 0..=131071: fires when v > vth_mant * 64",
        "threshold" [] "none" "threshold in the unit of the weights; physical, instead of vth_mant",
        "bias_mant" ["biasMant" "bias_mantissa"] "0" "bias mantissa, -4096..=4095; bias = bias_mant * 2^bias_exp is added to v every step",
        "bias_exp" ["biasExp" "bias_exponent"] "0" "bias exponent, 0..=7",
        "bias" [] "0" "bias; chip-level: an integer that some bias_mant and bias_exp give exactly; with threshold: in its unit",
        "refractory" ["refractoryDelay" "refractory_delay" "refDelay"] "1" "steps from a spike to the next possible one, 1..=63; steps or a time",
        "axon_delay" ["axonDelay"] "0" "steps a message waits before it leaves, 0..=63; steps or a time",
        "initial_v" ["v0"] "0" "v before step 1, 24 bits; with threshold: in its unit",
        "initial_u" ["u0"] "0" "u before step 1, 24 bits; with threshold: in its unit",
        "noise" [] "off" "`noise(exponent, offset = 0, target = voltage)`: added every step; exponent 0..=23, offset 0..=7, target current or voltage",
        "soft_reset" ["softReset"] "false" "a spike subtracts the threshold instead of a reset to 0; needs refractory 1, join skip, mode spike_and_reset",
        "join" ["joinOp"] "skip" "how children are joined: `join = add(a, b)`; skip, add, min, max, pass, block, or, and",
        "mode" ["thresholdBehavior"] "spike_and_reset" "at the threshold: spike_and_reset, pass_v, pass_above_threshold, pass_above_threshold_saturate",
        "post_events" ["bap" "bapAction"] "own" "what counts as a post event of learning: own, root (the fire of the tree's root), none",
        "homeostasis" [] "off" "`homeostasis(impulse, tau or decay, min, max, gain)`: a threshold that follows the activity; all 0..=127",
        "trace" [] "none" "`trace y1(impulse, tau)`: post traces y1, y2, y3; declared by the rule as a rule",
    },
};

/// What a core shares: fields of `settings`, and of `neuron` and `population` where they are derived.
pub(crate) const SETTINGS: FieldTable = FieldTable {
    name: "settings",
    fields: fields! {
        "epoch" ["tEpoch" "t_epoch" "tepoch"] "1" "T, steps per learning epoch, 1..=63; that of the rules where there are some",
        "delay_bits" ["delayBits"] "least that fits" "2^delay_bits accumulators a compartment, 3..=6; delays up to 2^delay_bits - 2",
        "vmin_exp" ["vminExp" "negVmLimit" "vmin_exponent"] "23" "v is at least -(2^vmin_exp) + 1, 0..=23",
        "vmax_exp" ["vmaxExp" "posVmLimit" "vmax_exponent"] "7" "v is at most 2^(9 + 2*vmax_exp) - 1, 0..=7",
        "reward" [] "the rules'" "reward channel that r0 and r1 are read from",
        "noise" [] "off" "`noise(exponent, offset = 0, target = voltage)`: of the compartments that have `noise`",
    },
};

/// Fields of `synapse` and `project`.
pub(crate) const SYNAPSE: FieldTable = FieldTable {
    name: "synapse",
    fields: fields! {
        "weight" ["w"] "1" "mantissas, one for all or one per synapse in list order; at a target with `threshold`: in its unit",
        "weight_mant" [] "none" "mantissas also where the target has `threshold`",
        "delay" ["d"] "0" "steps beside the one that every message takes, 0..=62; steps or a time",
        "tag" [] "0" "tags, -256..=255",
        "sign" ["signMode" "sign_mode"] "auto" "excitatory, inhibitory, mixed; auto: excitatory if no weight is negative, inhibitory if none is positive, else mixed",
        "bits" ["numWeightBits" "num_weight_bits" "weight_bits"] "8" "weight bits, 1..=6 or 8: mantissas are multiples of 2^(8 - bits), in mixed mode of 2^(9 - bits); others are truncated toward zero, with a warning",
        "exponent" ["weightExponent" "w_exp" "weight_exp" "wgtExp"] "0" "weights are multiplied by 2^exponent, -8..=7; chosen where weights are physical",
        "delay_bits" ["numDelayBits"] "least that fits" "bits of a stored delay, 0..=6; 6 where the rule changes delays",
        "tags" ["numTagBits"] "if there are some" "whether synapses store a tag",
        "box" [] "false" "box synapses: the weight acts for as many steps as this says; the target needs current_decay = 0",
        "limit" [] "none" "largest |weight| that learning reaches: mantissa * 2^exponent, both 0..=15",
        "clip" [] "false" "weights that do not fit are clipped, with a warning, instead of refused",
        "learn" ["learningRule" "learning_rule"] "none" "learning rule",
        "autapses" [] "true" "whether a source meets itself",
        "compression" ["compressionMode"] "auto" "sparse, run_length, dense: a constraint for the compiler",
        "axon" [] "auto" "discrete, pop16, pop32: a constraint for the compiler",
        "name" [] "source->target" "name of the projection",
    },
};

/// Fields of `rule`.
pub(crate) const RULE: FieldTable = FieldTable {
    name: "rule",
    fields: fields! {
        "dw" [] "none" "terms added to the weight: sums of products, contract 7",
        "dd" [] "none" "terms added to the delay",
        "dt" [] "none" "terms added to the tag",
        "trace" [] "none" "`trace x1(impulse = 20, tau = 10)`, tau a time or a number of steps; also decay = 0..=4096, fraction in 1/128; x1 x2 of the source, y1 y2 y3 of the target",
        "epoch" ["tEpoch" "t_epoch" "tepoch"] "1" "T, steps per epoch, of the populations where it learns",
        "k" [] "that of u_k" "u_k is active every 2^k epochs, 0..=15",
        "reward" [] "the only channel" "reward channel that r0 and r1 are read from",
    },
};

/// Fields of `reward`.
pub(crate) const REWARD: FieldTable = FieldTable {
    name: "reward",
    fields: fields! {
        "tau" [] "0 steps" "time constant of |r1|: a time, or a number of steps; physical, instead of decay",
        "decay" [] "4096" "decay of |r1| per step, 0..=4096",
        "events" [] "none" "rewards from outside: `events = [[step, value], [step]]`, values -128..=127; without a value worth 1; or load(..)",
        "source" [] "none" "`source(out[0..2], value = 5)`: spikes that are reward, worth value each, -128..=127; without it 1",
    },
};

/// All tables, in the order of the reference.
pub const FIELDS: &[FieldTable] = &[COMPARTMENT, SETTINGS, SYNAPSE, RULE, REWARD];

/// The canonical name of a field of a table, and whether `name` is another tool's name for it.
#[must_use]
pub(crate) fn canonical(table: &FieldTable, name: &str) -> Option<(&'static str, bool)> {
    let exact = table.fields.iter().find(|f| f.name == name).map(|f| (f.name, false));
    exact.or_else(|| table.fields.iter().find(|f| f.aliases.contains(&name)).map(|f| (f.name, true)))
}
