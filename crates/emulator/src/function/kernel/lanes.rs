//! Compartments side by side: what an update reads, changes and counts.

use super::LANES;

/// Parameters of compartments that all have the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpdateParams {
    /// 4096 minus the effective decay of u.
    pub keep_u: i32,
    /// 4096 minus the effective decay of v.
    pub keep_v: i32,
    /// Threshold in the units of v.
    pub threshold: i32,
    /// Lower bound of v.
    pub v_min: i32,
    /// Upper bound of v.
    pub v_max: i32,
}

/// State of consecutive compartments; all slices are equally long.
pub struct Lanes<'a> {
    /// Current.
    pub u: &'a mut [i32],
    /// Voltage.
    pub v: &'a mut [i32],
    /// The slot of this step, in units of 64; it is cleared.
    pub slot: &'a mut [i32],
    /// Bias, shifted.
    pub bias: &'a [i32],
    /// Work space.
    pub fired: &'a mut [u8],
    /// What differs from compartment to compartment; `None` where all are equal, reset to 0 and are not held.
    pub each: Option<EachLane<'a>>,
}

/// Parameters that differ, and the state of holding; all slices as long as those of [`Lanes`].
pub struct EachLane<'a> {
    /// 4096 minus the effective decay of u.
    pub keep_u: &'a [i32],
    /// 4096 minus the effective decay of v.
    pub keep_v: &'a [i32],
    /// Threshold in the units of v.
    pub threshold: &'a [i32],
    /// -1 where a spike subtracts the threshold, else 0.
    pub soft: &'a [i32],
    /// Refractory steps.
    pub refractory: &'a [i32],
    /// Steps still held plus one since a spike, 0 when free.
    pub hold: &'a mut [i32],
}

/// What an update counts (contract 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Active compartments.
    pub active: u32,
    /// Wraps of q.
    pub q_wrap: u32,
    /// Wraps of u.
    pub u_wrap: u32,
    /// Wraps of x.
    pub x_wrap: u32,
    /// v cut at its bounds.
    pub v_limit: u32,
    /// v outside 24 bits.
    pub v_range: u32,
}

impl Lanes<'_> {
    /// Panics where the slices differ in length or are no whole vectors.
    pub fn check(&self) {
        let n = self.u.len();
        let same = |lengths: &[usize]| lengths.iter().all(|&length| length == n);
        assert!(n.is_multiple_of(LANES), "{n} lanes are whole vectors");
        assert!(
            same(&[self.v.len(), self.slot.len(), self.bias.len(), self.fired.len()]),
            "lanes are equally long"
        );
        if let Some(each) = &self.each {
            let parameters = [each.keep_u.len(), each.keep_v.len(), each.threshold.len(), each.soft.len()];
            assert!(
                same(&parameters) && same(&[each.refractory.len(), each.hold.len()]),
                "lanes are equally long"
            );
        }
    }
}
