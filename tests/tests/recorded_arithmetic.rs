//! Recorded vectors that drive the arithmetic itself: q, u and x directly, weight tables, a wide refractory.

use isa::num;
use isa::op::{Join, Mode, SignMode};
use reference::CompartmentState;
use reference::compartment::{self, Inputs, Parameters};
use seamount_tests::recorded::{brian, int, ints, table, vector};
use serde_json::Value;
use trace::Counters;

/// Numbers of a nengo-loihi compartment.
fn nengo_parameters(params: &Value) -> Parameters {
    let number = |name: &str| int(&params[name]);
    Parameters {
        current_decay: number("effective_decay_u") as u32,
        voltage_decay: number("decay_v") as u32,
        bias: number("bias") as i32,
        refractory: number("refract_delay") as u32,
        soft_reset: false,
        join: Join::Skip,
        mode: Mode::SpikeAndReset,
        v_min: number("vmin") as i32,
        v_max: number("vmax") as i32,
        noise: false,
    }
}

/// Replays a single nengo-loihi compartment; `noise(k)` is added at sample k to q and to x.
fn nengo_holds(file: &Value, noise: impl Fn(usize) -> (i64, i64)) {
    let (params, inputs, expected) = (&file["params"], &file["inputs"], &file["expected"]);
    let parameters = nengo_parameters(params);
    let weights = table(&inputs["effective_weights"]);
    let vth = int(&params["vth"]) as u32 / 64;
    let mut state = CompartmentState { vth, ..CompartmentState::default() };
    for k in 0..int(&params["steps"]) {
        let fires = |line: &usize| {
            inputs["spike_times"].get(line.to_string()).is_some_and(|times| ints(times).contains(&k))
        };
        let slot = (0..weights.len()).filter(fires).map(|line| i64::from(weights[line][0])).sum();
        let given = Inputs { slot, noise: noise(k as usize), ..Inputs::default() };
        compartment::update(&parameters, &mut state, &given, &mut Counters::default());
        let row = |name: &str| int(&expected[name][k as usize][0]);
        let shown = (i64::from(state.u), i64::from(state.v), i64::from(state.fired));
        assert_eq!(shown, (row("u"), row("v"), row("spike")), "{}, sample {k}", file["name"]);
    }
}

#[test]
fn nengo_wraps() {
    for name in ["N09_u_wrap_24bit", "N10_q_wrap_22bit", "N11_u_plus_bias_wrap"] {
        if let Some(file) = vector(name) {
            nengo_holds(&file, |_| (0, 0));
        }
    }
}

#[test]
fn nengo_noise() {
    for name in ["N12_noise_on_current", "N13_noise_on_voltage"] {
        let Some(file) = vector(name) else { continue };
        let noise = &file["params"]["noise"];
        let (exponent, offset) = (int(&noise["exp"]) as u32, int(&noise["offset"]) as u32);
        nengo_holds(&file, |k| {
            let sample = int(&file["random_log"][k][0]) as i32;
            let value = i64::from(num::noise(sample, offset, exponent));
            if int(&noise["at_membrane"]) == 0 { (value, 0) } else { (0, value) }
        });
    }
}

/// A refractory of 64 does not fit the chip's 6 bits; the update itself has no such bound.
#[test]
fn brian_refractory_of_64() {
    let Some(file) = vector("B02_refractory_64_and_decay_limits") else { return };
    let (params, expected) = (&file["params"], &file["expected"]);
    let parameters = Parameters {
        current_decay: int(&params["decay_I"]) as u32,
        voltage_decay: int(&params["decay_v"]) as u32,
        bias: 0,
        refractory: int(&params["refractory"]) as u32,
        soft_reset: false,
        join: Join::Skip,
        mode: Mode::SpikeAndReset,
        v_min: num::v_min(23),
        v_max: num::v_max(7),
        noise: false,
    };
    let mut state = CompartmentState { vth: int(&params["vth_mant"]) as u32, ..CompartmentState::default() };
    let synapse = &file["inputs"]["synapses"][0];
    let mut fires = Vec::new();
    for t in 0..int(&params["steps"]) {
        let slot = if ints(&synapse["times"]).contains(&t) { int(&synapse["w_act"]) } else { 0 };
        let inputs = Inputs { slot, ..Inputs::default() };
        compartment::update(&parameters, &mut state, &inputs, &mut Counters::default());
        let row = |name: &str| int(&expected[name][0][t as usize]);
        assert_eq!((i64::from(state.u), i64::from(state.v)), (row("I"), row("v")), "step {t}");
        if state.fired {
            fires.push(t);
        }
    }
    assert_eq!(fires, ints(&expected["spike_times"][0]));
}

#[test]
fn brian_weight_table() {
    let Some(file) = vector("B06_actual_weight_table") else { return };
    let rows = file["expected"]["rows"].as_array().expect("rows");
    for row in rows {
        let (mode, bits) = (brian::mode(&row["sign_mode"]), int(&row["num_weight_bits"]) as u32);
        let lsb = num::weight_lsb(mode, bits);
        for (m, eff) in ints(&row["mantissa"]).into_iter().zip(ints(&row["w_act"])) {
            let truncated = num::truncate_weight(m as i32, lsb);
            let shown = i64::from(num::eff_weight(truncated, int(&row["w_exp"]) as i32));
            assert_eq!(shown, eff, "{mode} {bits} bits, mantissa {m}");
        }
    }
    assert_eq!(rows.len(), 240);
}

/// x / 2^shift, to the nearest, halves to even.
fn nearest_even(x: i64, shift: u32) -> i64 {
    let (floor, rest, half) = (x >> shift, x & ((1 << shift) - 1), (1 << shift) >> 1);
    floor + i64::from(rest > half || (rest == half && shift > 0 && floor % 2 != 0))
}

/// nengo-loihi rounds on the host, to the nearest and again before a right shift; the chip's part is ours.
#[test]
fn nengo_weight_table() {
    let Some(file) = vector("N15_weight_discretize_table") else { return };
    let requested = ints(&file["params"]["requested"]);
    for row in file["expected"]["rows"].as_array().expect("rows") {
        let (shift, exponent) = (int(&row["shift_bits"]) as u32, int(&row["weight_exp"]) as i32);
        let mode = SignMode::from_code(int(&row["fanout_type"]) as u32).expect("a sign mode");
        assert_eq!(num::weight_lsb(mode, int(&row["real_weight_bits"]) as u32), shift);
        let most = (1i64 << (8 - shift)) - 1;
        for (&w, eff) in requested.iter().zip(ints(&row["effective"])) {
            let mut stored = nearest_even(w, shift).clamp(-most, most);
            if let Ok(right) = u32::try_from(-(shift as i32 + exponent)) {
                stored = (nearest_even(stored, right) << right).clamp(-most, most);
            }
            let shown = i64::from(num::eff_weight((stored << shift) as i32, exponent));
            assert_eq!(shown, eff, "{mode}, shift {shift}, exponent {exponent}, requested {w}");
        }
    }
}

/// Lava keeps +2^23 where two's complement wraps it (L02); everywhere else the bits agree.
#[test]
fn lava_wraps() {
    let Some(file) = vector("L02_u_wrap_edges") else { return };
    for row in table(&file["expected"]["rows"]) {
        let u = num::wrap(i64::from(row[0]) << 6, num::U_BITS);
        let quirk = if row[1] == 1 << 23 { -(1 << 23) } else { row[1] };
        assert_eq!(u, quirk, "a_in {}", row[0]);
    }
}

/// Lava floors mixed weights and truncates the others; ours truncate.
#[test]
fn lava_clips_and_truncates() {
    let Some(file) = vector("L03_clip_truncate_weights") else { return };
    for row in file["expected"]["rows"].as_array().expect("rows") {
        let name = row["sign_mode"].as_str().unwrap_or_default().to_lowercase();
        let mode = SignMode::from_name(&name).expect("a sign mode");
        let lsb = num::weight_lsb(mode, int(&row["num_weight_bits"]) as u32);
        let (low, high) = num::text_weight_range(mode);
        let inputs = int(&row["input_first"])..=int(&row["input_last"]);
        for (w, output) in inputs.zip(ints(&row["output"])) {
            let clipped = (w as i32).clamp(low, high);
            let ours = num::truncate_weight(clipped, lsb);
            let floored = (clipped >> lsb) << lsb;
            let quirk = if mode == SignMode::Mixed { floored } else { ours };
            assert_eq!(i64::from(quirk), output, "{mode} {lsb} {w}");
            assert!(ours == floored || (ours - floored == 1 << lsb && clipped < 0));
        }
    }
}

/// Host tables: an impulse is its integer part and floor(128 * fraction); errors round half to even within +-127.
#[test]
#[allow(clippy::float_arithmetic, reason = "the table is of floating-point parameters")]
fn nengo_impulses_and_errors() {
    let Some(file) = vector("N19_trace_impulse_and_error_scaling") else { return };
    let rows = |name: &str| file["expected"][name].as_array().cloned().unwrap_or_default();
    for row in rows("tracing_mag") {
        let x = row[0].as_f64().expect("a number");
        let shown = (x.floor() as i64, ((x - x.floor()) * 128.0).floor() as i64);
        assert_eq!(shown, (int(&row[1]), int(&row[2])), "{x}");
    }
    for row in rows("pes") {
        let (error, scale) = (row[0].as_f64().expect("a number"), row[1].as_f64().expect("a number"));
        let shown = (error * scale).round_ties_even().clamp(-127.0, 127.0) as i64;
        assert_eq!(shown, int(&row[2]), "{error}");
    }
}
