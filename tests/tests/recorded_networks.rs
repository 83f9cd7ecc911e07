//! Networks recorded from other simulators and from silicon, by every route.

use emulator::Chip;
use isa::ids::Key;
use isa::op::AxonKind;
use seamount_tests::recorded::{Recorded, brian, cases, lava, nengo, vector};
use seamount_tests::route::{Board, Route, of_chip};
use serde_json::Value;
use trace::Stimulus;

fn shows(name: &str, recorded: &Recorded) {
    for route in Route::all() {
        let held = route
            .record(&recorded.graph, recorded.steps, &Stimulus::default(), &|_| false)
            .and_then(|shown| recorded.check(&shown));
        assert_eq!(held, Ok(()), "{name} by {route:?}");
    }
}

fn holds(name: &str, build: impl Fn(&Value) -> Recorded) {
    if let Some(file) = vector(name) {
        shows(name, &build(&file));
    }
}

#[test]
fn nengo_single_populations() {
    for name in [
        "N01_lif_exc_inh_ref1",
        "N02_refractory_3_and_63",
        "N03_decay_extremes",
        "N04_truncation_small_values",
        "N05_bias_mant_exp",
        "N06_threshold_strictly_greater",
        "N07_vmin_vmax_clip",
        "N08_vmin_zero",
    ] {
        holds(name, nengo::single);
    }
}

#[test]
fn nengo_recurrent_populations() {
    holds("N14_recurrent_two_populations", nengo::recurrent);
}

#[test]
fn nengo_population_axons() {
    for axon in [None, Some(AxonKind::Pop16), Some(AxonKind::Pop32)] {
        holds("N16_population_axons_atoms", |file| nengo::population_axons(file, axon));
    }
}

/// The recorded samples enter instead of the keyed draws, which C05 holds to `isa::draw`.
#[test]
fn nengo_noise() {
    for name in ["N12_noise_on_current", "N13_noise_on_voltage"] {
        let Some(file) = vector(name) else { continue };
        let (recorded, samples) = nengo::noisy(&file);
        for board in [Board::ONE, Board::MANY] {
            let image = board.image(&recorded.graph).expect("it fits");
            let mut chip = Chip::load(&image).expect("it loads");
            chip.replay_noise(Key(0), &samples).expect("a compartment with noise");
            let shown = of_chip(&recorded.graph, &mut chip, recorded.steps, board.threads, &|_| false);
            assert_eq!(recorded.check(&shown), Ok(()), "{name} on {board:?}");
            chip = Chip::load(&image).expect("it loads");
            let drawn = of_chip(&recorded.graph, &mut chip, recorded.steps, board.threads, &|_| false);
            assert!(recorded.check(&drawn).is_err(), "the chip's own draws are others");
            assert!(chip.replay_noise(Key(0), &[128]).is_err() && chip.replay_noise(Key(1), &[0]).is_err());
        }
    }
}

#[test]
fn brian_single_neurons() {
    for name in ["B01_single_neuron_readme", "B03_decay_zero_and_one", "B04_delays", "B05_weight_exponents"] {
        holds(name, brian::single);
    }
}

#[test]
fn brian_reservoir() {
    holds("B07_recurrent_reservoir", brian::reservoir);
}

#[test]
fn lava_bit_accurate_neurons() {
    holds("L01_lif_bitacc", lava::lif);
}

#[test]
fn silicon_shows_the_register_view() {
    let Some((graph, rows)) = cases::silicon() else { return };
    for route in Route::all() {
        let steps = rows.len() as u32 - 1;
        let shown = route
            .record(&graph, steps, &Stimulus::default(), &|_| false)
            .unwrap_or_else(|error| panic!("{route:?}: {error}"));
        for (r, &(v, fires)) in rows.iter().enumerate().skip(1) {
            let register = shown.register[r - 1][0];
            assert_eq!((register, shown.spikes.contains_key(&(r as u32))), (v, fires), "{route:?}, row {r}");
        }
        assert_eq!(shown.spikes.len(), 4);
    }
}

#[test]
fn brian_published_neuron() {
    let Some((graph, rows)) = cases::brian_single() else { return };
    for route in Route::all() {
        let steps = rows.len() as u32;
        let shown = route
            .record(&graph, steps, &Stimulus::default(), &|_| false)
            .unwrap_or_else(|error| panic!("{route:?}: {error}"));
        for (k, row) in rows.iter().enumerate() {
            assert_eq!((shown.u[k][0], shown.v[k][0]), (row[1] as i32, row[2] as i32), "step {k}");
        }
        assert_eq!(shown.spikes.keys().copied().collect::<Vec<_>>(), [17]);
    }
}

/// Spikes are exact; the trace of that emulator is another one (decay 1 - 1/tau, its own draws), so weights are close.
#[test]
fn brian_published_plasticity() {
    let Some((graph, recorded)) = cases::brian_stdp() else { return };
    let steps = recorded.weights.len() as u32;
    for route in Route::all() {
        let shown = route
            .record(&graph, steps, &Stimulus::default(), &|_| true)
            .unwrap_or_else(|error| panic!("{route:?}: {error}"));
        let spikes: Vec<u32> = shown.spikes.keys().map(|step| step - 1).collect();
        assert_eq!(spikes, recorded.spikes, "{route:?}");
        let far = (recorded.weights.iter().zip(shown.snapshots.values()))
            .map(|(&w, snapshot)| (w - snapshot.w[0]).abs())
            .max();
        assert!(far <= Some(12), "{route:?}: weights differ by up to {far:?}");
    }
}
