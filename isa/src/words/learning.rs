//! Learning: trace profiles, rules, microcode (contract 7; chip 9).

crate::words! {
    /// Impulse and decay of one trace; a pre profile is two of them (x1, x2), a post profile three (y1, y2, y3).
    TraceProfile [32] {
        impulse [6:0] u "integer part of the impulse, 0..=127",
        fraction [13:7] u "fraction of the impulse, in 1/128",
        decay [26:14] u "decay per step, 0..=4096: round(4096 * (1 - exp(-1/tau)))",
    }
    /// A learning rule: its microcode and the k of u_k.
    RuleProfile [32] {
        pointer [7:0] u "first word of the programs in the microcode memory",
        length [16:8] u "number of words",
        k [20:17] u "u_k is active every 2^k epochs, 0..=15",
    }
    /// Microcode: the head of a product, followed by its factor words (contract 7).
    ProductWord [16] {
        target [1:0] u "0 w, 1 d, 2 t",
        dependency [3:2] u "0 x0, 1 y0, 2 u_k",
        mantissa [7:4] i "mantissa of the scale S, -8..=7",
        exponent [11:8] u "exponent of the scale S plus 7, 0..=15",
        factors [14:12] u "number of factor words that follow, 0..=4",
        last [15:15] u "1: the last product of the rule",
    }
    /// Microcode: one factor V + C of a product.
    FactorWord [16] {
        code [3:0] u "what V is, the codes of chip 9.1",
        constant [12:4] i "C, -256..=255",
    }
}

/// The traces of a pre-trace profile: x1, x2.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct PreProfile(pub [TraceProfile; 2]);

/// The traces of a post-trace profile: y1, y2, y3.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct PostProfile(pub [TraceProfile; 3]);
