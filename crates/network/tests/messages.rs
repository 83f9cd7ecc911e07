//! Mistakes that people make: one error each, at its place, with the way out.

use seamount_network::{Array, Data, Memory, parse};

/// The only error of a text: code, what its span covers, message with label and help.
fn mistake(text: &str) -> (&'static str, String, String) {
    let reals = Array { shape: vec![2], data: Data::Reals(vec![1.0, f64::NAN]) };
    let found = parse(text, &Memory::default().with("nan.npy", None, reals)).expect_err(text);
    let [only] = found.0.as_slice() else { panic!("{text}: {found}") };
    let covered = &text[only.span.start as usize..only.span.end as usize];
    let help = only.help.clone().unwrap_or_default();
    (only.code, covered.into(), format!("{} | {} | {help}", only.message, only.label))
}

#[test]
fn one_error_with_code_place_and_way_out() {
    let head = "step 1 ms\ninput a[4, 4] = poisson(p = 0.1)\n";
    let mistakes: &[(&str, &str, &str, &str)] = &[
        ("const n = 1/0\npopulation b[n + n]", "E0072", "1/0", "divided by 0"),
        ("const n = 1e400\npopulation b[n]", "E0004", "1e400", "too large"),
        ("population b { tau_v = 1e305 s }", "E0004", "1e305 s", "too large"),
        ("population b { tau_v = 99999999999999999999 }", "E0004", "99999999999999999999", "63 bits"),
        ("population b[2] { tau_v = load(\"nan.npy\") }", "E0041", "load(\"nan.npy\")", "value 1 is NaN"),
        ("population b { tau_v = 20 mV }", "E0001", "mV", "expected a unit (us, ms, s, Hz, kHz, steps)"),
        ("population b { tau_v = 20 Hz }", "E0032", "20 Hz", "a time, in us, ms, s or steps"),
        ("population b\nrun 5 Hz", "E0032", "5 Hz", "a number of steps, or a time in us, ms or s"),
        ("population b\nrun 0", "E0041", "0", "1..="),
        ("population b { vth_mnt = 5 }", "E0031", "vth_mnt", "did you mean `vth_mant`?"),
        ("population b { vThMnt = 5 }", "E0031", "vThMnt", "did you mean `vth_mant`?"),
        (
            "population b[16] { vth_mant = 2*uniform(1, 3, seed = 1) }",
            "E0032",
            "uniform(1, 3, seed = 1)",
            "inside",
        ),
        (
            "population b[2, 2]\nproject a -> b : convolution(uniform(1, 3, seed = 1))",
            "E0032",
            "uniform(1, 3, seed = 1)",
            "whose shape is known",
        ),
        (
            "population b[2]\nsamples b.bias = [[1, 2], [3, 4]] steps 5\nmeasure accuracy(b, [0])",
            "E0059",
            "measure accuracy(b, [0])",
            "1 labels for 2 samples",
        ),
        ("population b[2]\nsamples b.bias = [[1, 2]] steps 0", "E0041", "0", "1..="),
        ("rule r { dw = 'x0*2^-2' }", "E0002", "'", "drop the quotes: the terms of a rule need none"),
        ("population b { refractory = 0 }", "E0041", "0", "out of range: 1..=63 |  | 1 is no pause"),
        (
            "population b\nproject a -> b : all { delay = 70 }",
            "E0041",
            "70",
            "out of range: 0..=62 |  | a longer wait: `axon_delay` of the source",
        ),
        ("record a.x1", "E0059", "record a.x1", "inputs have spikes; x1, x2 are of projections that learn"),
        ("population b\nrecord b.x1", "E0059", "record b.x1", "neurons have spikes, u, v, v_register"),
        ("population b\nrecord b.u, b.v every 5, b.spikes", "E0001", ",", "a record has one `every` or `at`"),
        ("population b\nrecord b.v at 5, b.spikes", "E0001", "b.spikes", "others are another `record`"),
        ("population b\nrecord b.{u, q}", "E0010", "q", "did you mean"),
        ("population b\nrecord b.{}", "E0001", "}", "expected a name"),
        ("population b\nrecord b.{u, v} as both", "E0001", "as", "expected"),
    ];
    for (text, code, covered, what) in mistakes {
        let found = mistake(&format!("{head}{text}\n"));
        assert_eq!((found.0, found.1.as_str()), (*code, *covered), "{text}: {}", found.2);
        assert!(found.2.contains(what), "{text}: {}", found.2);
    }
}

#[test]
fn kernels_of_four_axes_are_written_as_lists() {
    let of = |kernel: &str| {
        let text = format!("input a[2, 3, 3]\npopulation b[1, 2, 2]\nproject a -> b : convolution({kernel})");
        parse(&text, &Memory::default()).map(|graph| graph.projections[0].weight.get(0))
    };
    assert_eq!(of("[[[[5, 1], [2, 3]], [[4, 6], [7, 8]]]]"), Ok(5));
    let uneven = of("[[[[5, 1], [2]], [[4, 6], [7, 8]]]]").expect_err("a row is short");
    assert_eq!(uneven.0[0].code, "E0042");
}
