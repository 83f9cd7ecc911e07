//! What all compartments of a core share (contract 1, 3, 4, 7; chip 13).

crate::words! {
    /// Shared configuration of a core: neurons.
    SharedConfig [64] {
        num_updates [9:0] u "groups of four compartments updated a step",
        delay_bits [12:10] u "A = 2^delay_bits accumulators a compartment, 3..=6",
        vmin_exponent [17:13] u "vmin = -(2^e) + 1, 0..=23",
        vmax_exponent [20:18] u "vmax = 2^(9 + 2e) - 1, 0..=7",
        noise_exponent [25:21] u "E of the noise, 0..=23",
        noise_offset [28:26] u "offset of the noise, in 64",
        noise_target [29:29] u "0 current, 1 voltage",
        ds_offset [30:30] u "added to every decay_u",
        dm_offset [31:31] u "added to every decay_v",
        epoch [37:32] u "T: steps per learning epoch, 1..=63",
    }
    /// Shared configuration of a core: learning and reward.
    LearningConfig [64] {
        first_learning_axon [12:0] u "ids from here on are learning axons, two entries each",
        num_reward_axons [25:13] u "ids first_learning_axon - num_reward_axons .. first_learning_axon - 1",
        reward_decay [38:26] u "decay of |r1| per step, 0..=4096",
    }
    /// State of the reward channel of a core (contract 7).
    RewardState [64] {
        r0 [7:0] i "reward of the last epoch",
        r1 [15:8] i "reward trace",
        rsum [47:16] i "sum of the payloads since the last epoch's end",
    }
}
