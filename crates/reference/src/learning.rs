//! The sum of products of one synapse (contract 7, Terms and Arithmetic).

use isa::draw::Draw;
use isa::num;
use isa::op::{Dependency, FactorCode, LearningTarget};
use network::graph::{Factor, Projection, Term};

use crate::state::Synapse;

/// All that a term can read, as it was before the update.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// Whether a pre event happened in the epoch.
    pub pre: bool,
    /// Whether a post event happened in the epoch.
    pub post: bool,
    /// Whether u_k is active.
    pub u: bool,
    /// x1, x2, y1, y2, y3 at the pre event, at the post event, at the epoch's end.
    pub traces: [[i32; 5]; 3],
    /// r0, r1.
    pub reward: [i32; 2],
    /// The synapse.
    pub synapse: Synapse,
}

/// What bounds the results.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Least and greatest mantissa, the limit L included.
    pub w: (i32, i32),
    /// Bits below the stored weight.
    pub lsb: u32,
    /// Greatest delay.
    pub d_max: i32,
}

impl Bounds {
    /// Of a projection to compartments with A = 2^`accumulator_bits` slots.
    #[must_use]
    pub fn of(projection: &Projection, accumulator_bits: u32) -> Self {
        let lsb = num::weight_lsb(projection.mode, projection.bits);
        let (low, high) = num::weight_range(projection.mode, lsb);
        let limit = match projection.limit {
            (0, _) => i32::MAX,
            (mantissa, exponent) => num::truncate_weight((mantissa << exponent) as i32, lsb),
        };
        let d_max = ((1 << projection.delay_bits) - 1).min((1 << accumulator_bits) - 2);
        Self { w: (low.max(-limit), high.min(limit)), lsb, d_max }
    }
}

/// The accumulator after each term, inactive ones too.
#[must_use]
pub fn accumulate(z: i32, terms: &[Term], moment: &Moment) -> Vec<i32> {
    let mut acc = z << 7;
    let mut after = Vec::with_capacity(terms.len());
    for term in terms {
        let (active, traces) = match term.dependency {
            Dependency::X0 => (moment.pre, &moment.traces[0]),
            Dependency::Y0 => (moment.post, &moment.traces[1]),
            Dependency::Uk => (moment.u, &moment.traces[2]),
        };
        if active {
            acc = num::sat(i64::from(acc) + product(term, traces, moment), num::ACC_BITS);
        }
        after.push(acc);
    }
    after
}

/// The saturated product of a term.
fn product(term: &Term, traces: &[i32; 5], moment: &Moment) -> i64 {
    let exact = term.factors.iter().fold(i64::from(term.mantissa), |p, f| p * factor(f, traces, moment));
    let bits = 3 + term.factors.iter().map(|f| magnitude_bits(f.code)).sum::<i32>();
    let scaled = (exact >> (bits - 15).max(0)) << (term.exponent + 7);
    num::sat(scaled, num::ACC_BITS).into()
}

/// W of the table: a factor is within -2^W ..= 2^W - 1.
const fn magnitude_bits(code: FactorCode) -> i32 {
    match code {
        FactorCode::X1 | FactorCode::X2 | FactorCode::Y1 | FactorCode::Y2 | FactorCode::Y3 => 7,
        FactorCode::R0 | FactorCode::R1 => 7,
        FactorCode::W | FactorCode::T | FactorCode::C => 8,
        FactorCode::D => 6,
        FactorCode::X0 | FactorCode::Y0 => 0,
        FactorCode::SgnW | FactorCode::SgnD | FactorCode::SgnT => 0,
    }
}

fn factor(factor: &Factor, traces: &[i32; 5], moment: &Moment) -> i64 {
    let Synapse { w, d, t } = moment.synapse;
    let variable = match factor.code {
        FactorCode::X0 => return moment.pre.into(),
        FactorCode::Y0 => return moment.post.into(),
        FactorCode::SgnW => return (w + factor.constant).signum().into(),
        FactorCode::SgnD => return (d + factor.constant).signum().into(),
        FactorCode::SgnT => return (t + factor.constant).signum().into(),
        FactorCode::X1 => traces[0],
        FactorCode::X2 => traces[1],
        FactorCode::Y1 => traces[2],
        FactorCode::Y2 => traces[3],
        FactorCode::Y3 => traces[4],
        FactorCode::R0 => moment.reward[0],
        FactorCode::R1 => moment.reward[1],
        FactorCode::W => w,
        FactorCode::D => d,
        FactorCode::T => t,
        FactorCode::C => 0,
    };
    let bound = 1 << magnitude_bits(factor.code);
    (variable + factor.constant).clamp(-bound, bound - 1).into()
}

/// The new value of a target from its accumulator, rounded by the synapse's draw of the epoch.
#[must_use]
pub fn result(target: LearningTarget, acc: i32, bounds: &Bounds, draw: Draw) -> i32 {
    match target {
        LearningTarget::W => {
            let n = 7 + bounds.lsb;
            (rounded(acc, n, draw.weight_bits(n)) << bounds.lsb).clamp(bounds.w.0, bounds.w.1)
        }
        LearningTarget::D => rounded(acc, 7, draw.delay_bits()).clamp(0, bounds.d_max),
        LearningTarget::T => rounded(acc, 7, draw.tag_bits()).clamp(-256, 255),
    }
}

fn rounded(acc: i32, n: u32, draw: u32) -> i32 {
    (acc >> n) + i32::from((draw as i32) < acc.rem_euclid(1 << n))
}
