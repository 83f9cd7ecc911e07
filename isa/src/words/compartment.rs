//! Compartments: profiles, configuration, state, accumulators (contract 3, 5; chip 13).

crate::words! {
    /// Compartment profile, shared by compartments of one kind (contract 3, 5).
    CompartmentProfile [64] {
        decay_u [11:0] u "decay of u, effective decay minus ds_offset",
        decay_v [23:12] u "decay of v, effective decay minus dm_offset",
        refractory [29:24] u "steps held, 1..=63",
        axon_delay [35:30] u "steps a message waits before it leaves, 0..=63",
        noise [36:36] u "1: noise is added",
        bap [38:37] u "post events: 0 none, 1 own fire, 2 fire of the root",
        join [41:39] u "join operation",
        mode [43:42] u "threshold mode",
        stack_in [45:44] u "items popped: 0 none, 1 A, 2 B then A",
        stack_out [46:46] u "1: an item is pushed",
        soft_reset [47:47] u "1: the threshold is subtracted instead of a reset to 0",
        post_profile [50:48] u "post-trace profile",
    }
    /// Homeostasis of a compartment profile (contract 5); used where the vth profile is dynamic.
    HomeostasisProfile [64] {
        decay [12:0] u "decay of the activity trace per epoch, 0..=4096",
        impulse [19:13] u "added to the activity per fire",
        min [26:20] u "activity below which the threshold falls",
        max [33:27] u "activity above which the threshold rises",
        gain [40:34] u "step of the threshold",
    }
    /// Threshold profile (contract 3).
    VthProfile [32] {
        vth [16:0] u "threshold mantissa, 0..=131071, in units of 64",
        dynamic [17:17] u "1: the compartment's own vth_dyn is used",
    }
    /// Configuration of a compartment.
    CompartmentConfig [64] {
        bias_mantissa [12:0] i "bias mantissa, -4096..=4095",
        bias_exponent [15:13] u "bias exponent, 0..=7",
        vth_profile [18:16] u "threshold profile",
        profile [23:19] u "compartment profile",
    }
    /// State of a compartment (contract 3).
    CompartmentState [64] {
        u [23:0] i "current",
        v [47:24] i "voltage, arithmetic view",
        refractory [53:48] u "steps still held",
    }
    /// State of homeostasis of a compartment (contract 5).
    HomeostasisState [32] {
        vth_dyn [16:0] u "threshold mantissa",
        activity [23:17] u "activity trace",
        fires [29:24] u "fires since the last epoch's end",
    }
    /// Post traces of a compartment (contract 7).
    PostTraceState [32] {
        y1 [6:0] u "post trace y1, stored at the epoch's end",
        y2 [13:7] u "post trace y2",
        y3 [20:14] u "post trace y3",
        ty [26:21] u "step of the event in the epoch, 1..=63; 0: none",
        fired [27:27] u "1: a fire of this step becomes the post event of the next",
    }
    /// Dendritic accumulator: one slot of one compartment.
    Accumulator [32] {
        sum [31:0] i "sum of effective weights in units of 64; the chip keeps the low 16 bits, the emulator 32",
    }
}
