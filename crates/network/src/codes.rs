//! The codes of errors, what each is called, and what `seamount explain` says about it.

/// Code, title, explanation.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "E0001",
        "not understood",
        "The text does not continue as the language goes on here. A statement ends at the end of its line; inside ( ) and [ ] lines may break anywhere, and before or after an operator, a comma, `:`, `=` and `->`.",
    ),
    (
        "E0002",
        "a character that means nothing",
        "Names are letters, digits and _; other names are written in quotes, e.g. \"lif1.lif\".",
    ),
    ("E0003", "brackets do not match", "Every ( [ { needs its counterpart. At most 32 may be open at once."),
    ("E0004", "a number that is too large", "Integers have 63 bits and a sign."),
    (
        "E0010",
        "unknown name",
        "Nothing of that name is declared. The order of statements does not matter, spelling does.",
    ),
    (
        "E0011",
        "a name twice",
        "Populations, inputs and rewards share one space of names; so do prototypes of one kind, rules, constants and macros. Compartments are named within their neuron.",
    ),
    (
        "E0012",
        "a definition that refers to itself",
        "Constants, prototypes and macros may use each other, but not in a circle.",
    ),
    (
        "E0031",
        "unknown field",
        "The reference in docs/language.md lists the fields of every statement with their defaults.",
    ),
    (
        "E0032",
        "a value of the wrong kind",
        "A field takes a number, a time, a name, a list or a call; the message says which.",
    ),
    ("E0033", "something is missing", "A statement needs a field, an argument or a part that is not there."),
    (
        "E0034",
        "two levels in one field",
        "Physical values (tau_v, threshold, weight = 0.3) are quantised and reported; chip-level values (voltage_decay, vth_mant, weight = 12) are exact. One quantity is given on one level.",
    ),
    (
        "E0035",
        "no effect",
        "What is written here changes nothing: a field that every compartment overrides, a step of a record after the last, a learning rule that reads a trace or a reward that nothing sets, so that it is 0 throughout.",
    ),
    (
        "E0036",
        "a time without a step",
        "Times in s, ms, us and rates in Hz, kHz need `step`, e.g. `step 1 ms`.",
    ),
    (
        "E0041",
        "out of range",
        "A field of the chip holds a certain range (contract 1 to 8). Chip-level values are taken or refused, never rounded; weights between two steps are the one exception (E0043).",
    ),
    ("E0042", "the wrong number of values", "A list has one value for each neuron, line, synapse or sample."),
    (
        "E0043",
        "a weight between two steps",
        "A mantissa is a multiple of 2^lsb, lsb = 8 - (bits - mixed): mixed weights of 8 bits are even, others of 8 bits have steps of 1. What a description gives between two steps is truncated toward zero, with a warning that counts them; in a graph (JSON) it is refused. Give multiples of the step, more `bits`, or weights of one sign (contract 2).",
    ),
    (
        "E0044",
        "a weight does not fit",
        "Mantissas are -256..255 (mixed), 0..255 (excitatory), -255..0 (inhibitory). `exponent` multiplies them by 2^exponent; `clip = true` clips them, with a warning that counts them.",
    ),
    (
        "E0045",
        "a delay or tag does not fit",
        "A delay is 0..=A - 2 with A = 2^delay_bits accumulators, at most 62, and fits the synapse's delay bits. Tags are -256..=255 (contract 1, 6).",
    ),
    (
        "E0046",
        "decays that exclude each other",
        "A box synapse needs a target whose current does not decay, and never learns. The decay offsets are shared by a core: compartments of one neuron have decays 0..=4095 or 1..=4096 (contract 2, chip 3.2).",
    ),
    (
        "E0047",
        "soft reset",
        "A soft reset subtracts the threshold. It needs refractory = 1, join skip and mode spike_and_reset (contract 3).",
    ),
    (
        "E0048",
        "not a tree",
        "The compartments of a neuron make up one binary tree: one root, at most two children each (contract 5).",
    ),
    (
        "E0049",
        "a join without its children",
        "PASS lets B through while A is active: it needs both (contract 5).",
    ),
    (
        "E0050",
        "a factor that cannot be",
        "A term has at most 4 factors V + C; x0 and y0 take no constant (contract 7).",
    ),
    (
        "E0051",
        "the dependency of a term",
        "Every term of a learning rule depends on x0 if it has one, else on y0, else on u_k, which stands for every 2^k epochs. `u` beside x0 or y0 is refused (contract 7).",
    ),
    (
        "E0052",
        "learning needs stored bits",
        "A rule that changes delays needs delay bits, one that changes tags needs tags (contract 7).",
    ),
    (
        "E0053",
        "weight limit",
        "L = mantissa * 2^exponent, truncated to the precision of the weights; it is not 0, and no initial weight is above it (contract 7).",
    ),
    (
        "E0054",
        "noise without settings",
        "Exponent, offset and target of noise are shared by a core (contract 4).",
    ),
    ("E0055", "homeostasis", "Activity is compared with min <= max, 0..=127 (contract 5)."),
    (
        "E0056",
        "a reference that leads nowhere",
        "Slices are half-open and lie within their population; sources are all populations or all inputs; targets are populations.",
    ),
    ("E0057", "input events", "Events are (step, line), sorted, from step 1 (contract 1)."),
    (
        "E0058",
        "sizes",
        "Populations and inputs have at least one neuron or line; keys of compartments, lines and channels have 32 bits (contract 8).",
    ),
    (
        "E0059",
        "a run that cannot be",
        "Samples, records and measures refer to what is there: biases of populations, lines of inputs, labels of outputs.",
    ),
    ("E0060", "a file cannot be read", "Paths are relative to the description. npy, npz and CSV are read."),
    (
        "E0061",
        "an array does not fit",
        "The shape of an array is that of the things it is for: sources x targets for weights.",
    ),
    ("E0062", "not whole numbers", "A chip-level value is an integer."),
    (
        "E0070",
        "settings that differ",
        "What a core shares (epoch, delay bits, vmin, vmax, noise, reward channel) has one value for a population.",
    ),
    (
        "E0071",
        "too large to elaborate",
        "A list of synapses or values is longer than the compiler keeps in memory.",
    ),
    ("E0072", "arithmetic", "A constant expression overflows or divides by zero."),
    (
        "E0080",
        "a learning rule is not understood",
        "dw, dd and dt are sums of products of 2^n, integers, x0..x2, y0..y3, r0, r1, w, d, t, (V + C), sgn(V + C) and u_k.",
    ),
    (
        "W0001",
        "a name from another tool",
        "NxSDK, brian2_loihi and Lava names are accepted; `fmt` writes the canonical one.",
    ),
    (
        "W0002",
        "a value that quantisation loses",
        "A time constant becomes a decay of 12 bits, so the finest is 1/4096 a step: one of more than 8,191 steps becomes 0 and never decays, one of less than 0.11 steps becomes 4096 and forgets at once. Steps of another length (`step`) make room; `current_decay`, `voltage_decay` and `decay` say 0 or 4096 where that is meant.",
    ),
];
