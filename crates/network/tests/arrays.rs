//! Arrays of files: what is no finite number is refused by name and place, a file that is missing is reported once.

use seamount_network::graph::InputSource;
use seamount_network::{Array, Data, Diagnostics, Memory, parse};

/// Every way in which a description reads an array of 2 x 3 reals, `bad` of `n.npz`.
const READERS: [&str; 14] = [
    "project i -> h : dense(load(\"n.npz\", \"bad\"))",
    "project i -> m : dense(load(\"n.npz\", \"bad\"))",
    "project h -> i2 : dense(load(\"n.npz\", \"bad\"), transpose = true)",
    "project i -> h : all { weight = load(\"n.npz\", \"bad\") }",
    "project i -> m : all { weight = load(\"n.npz\", \"bad\") }",
    "project i -> h : all { weight_mant = load(\"n.npz\", \"bad\") }",
    "project i -> m : all { delay = load(\"n.npz\", \"bad\") }",
    "project i -> m : all { tag = load(\"n.npz\", \"bad\") }",
    "project i -> h : sparse(pre = [0, 0, 0, 1, 1, 1], post = [0, 1, 2, 0, 1, 2], weight = load(\"n.npz\", \"bad\"))",
    "project i -> m : sparse(load(\"n.npz\", \"bad\"))",
    "input r[3] = raster(load(\"n.npz\", \"bad\"))",
    "input s[3] = spikes(load(\"n.npz\", \"bad\"))",
    "samples i.rate = load(\"n.npz\", \"bad\") steps 3",
    "const w = load(\"n.npz\", \"bad\")\nproject i -> h : dense(w)",
];

const HEAD: &str = "step 1 ms\ninput i[2]\npopulation h[3] { threshold = 1 }\npopulation m[3]\n\
                    population i2[2] { threshold = 1 }\n";

fn with(values: [f64; 6]) -> Memory {
    Memory::default().with(
        "n.npz",
        Some("bad"),
        Array { shape: vec![2, 3], data: Data::Reals(values.into()) },
    )
}

fn refused(text: &str, files: &Memory) -> Diagnostics {
    parse(&format!("{HEAD}{text}\n"), files).expect_err(text)
}

#[test]
fn no_array_brings_in_nan_or_infinity() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let cases = [
        ([1.0, 1.0, 1.0, nan, 1.0, 1.0], "row 1, column 0 is NaN", ""),
        ([1.0, 1.0, -inf, 1.0, 1.0, 1.0], "row 0, column 2 is -inf", ""),
        ([nan; 6], "row 0, column 0 is NaN", "6 of 6 values are not finite"),
    ];
    for (values, place, label) in cases {
        for reader in READERS {
            let found = refused(reader, &with(values));
            let [only] = found.0.as_slice() else { panic!("{reader}: {found}") };
            let message = format!("`n.npz`, array `bad`: the value at {place}, a finite number is wanted");
            assert_eq!(
                (only.code, &only.message, only.label.as_str()),
                ("E0041", &message, label),
                "{reader}"
            );
        }
    }
}

#[test]
fn the_same_weights_are_taken_where_they_are_finite() {
    for reader in READERS.iter().filter(|reader| reader.contains("dense") || reader.contains("all {")) {
        let text = format!("{HEAD}{reader}\n");
        assert!(parse(&text, &with([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])).is_ok(), "{reader}");
    }
}

#[test]
fn arrays_of_other_axes_and_compressed_rows_name_the_place_too() {
    let reals =
        |shape: &[usize], values: &[f64]| Array { shape: shape.into(), data: Data::Reals(values.into()) };
    let files = Memory::default()
        .with("k.npy", None, reals(&[1, 1, 2, 2], &[1.0, 2.0, f64::NAN, 4.0]))
        .with("csr.npz", Some("indptr"), Array::ints(vec![0, 1, 3]))
        .with("csr.npz", Some("indices"), Array::ints(vec![0, 1, 2]))
        .with("csr.npz", Some("data"), reals(&[3], &[0.5, f64::INFINITY, 0.5]));
    let found = refused("project i -> h : sparse(\"csr.npz\")", &files);
    assert_eq!(found.0[0].message, "`csr.npz`, array `data`: value 1 is inf, a finite number is wanted");
    let found =
        refused("input a[2, 2]\npopulation b[1, 1]\nproject a -> b : convolution(load(\"k.npy\"))", &files);
    assert_eq!(found.0[0].message, "`k.npy`: the value at [0, 0, 1, 0] is NaN, a finite number is wanted");
}

#[test]
fn a_missing_file_is_reported_once_with_the_name_that_is_near() {
    let text = "project i -> h : dense(load(\"m.npz\", \"a\"))\nproject i -> m : dense(load(\"m.npz\", \"b\"))\n\
                project i -> m : sparse(\"m.npz\")\nsamples i.rate = load(\"m.npz\", \"rate\") steps 3";
    let found = refused(text, &with([1.0; 6]));
    let [only] = found.0.as_slice() else { panic!("{found}") };
    assert_eq!((only.code, only.message.as_str()), ("E0060", "`m.npz`: no such file"));
    assert_eq!(only.label, "did you mean `n.npz`?");
    let two = refused(
        "project i -> h : dense(load(\"other.npz\"))\nproject i -> h : dense(load(\"m.npz\"))",
        &with([1.0; 6]),
    );
    assert_eq!(two.0.iter().map(|d| d.label.as_str()).collect::<Vec<_>>(), ["", "did you mean `n.npz`?"]);
    let arrays = refused(
        "project i -> h : dense(load(\"n.npz\", \"x\"))\nproject i -> h : dense(load(\"n.npz\", \"y\"))",
        &with([1.0; 6]),
    );
    assert_eq!(arrays.0.len(), 2, "{arrays}");
}

fn hz() -> Memory {
    let of = |values: &[f64]| Array { shape: vec![2, 2], data: Data::Reals(values.into()) };
    Memory::default()
        .with("r.npz", Some("hz"), of(&[0.0, 200.0, 50.0, 1000.0]))
        .with("r.npz", Some("fast"), of(&[0.0, 2000.0, 50.0, 1500.0]))
        .with("r.npz", Some("p"), of(&[0.0, 0.25, 0.5, 1.0]))
        .with("r.npz", Some("pixels"), Array::table(2, vec![0, 255, 51, 102]))
        .with("r.npz", Some("large"), Array::table(2, vec![0, 65_537, 5, 70_000]))
}

#[test]
fn rates_of_samples_are_probabilities_or_have_a_unit() {
    let samples = |values: &str| {
        let text = format!("step 1 ms\ninput i[2]\nsamples i.rate = ({values}) steps 3\n");
        parse(&text, &hz()).map(|graph| graph.session.samples.map(|s| s.values).unwrap_or_default())
    };
    let taken: [(&str, [i32; 4]); 8] = [
        ("load(\"r.npz\", \"p\")", [0, 16384, 32768, 65536]),
        ("load(\"r.npz\", \"hz\") * 1 Hz", [0, 13107, 3277, 65536]),
        ("0.5 kHz * load(\"r.npz\", \"p\")", [0, 8192, 16384, 32768]),
        ("load(\"r.npz\", \"hz\") / 1000", [0, 13107, 3277, 65536]),
        ("load(\"r.npz\", \"pixels\")", [0, 255, 51, 102]),
        ("load(\"r.npz\", \"pixels\") * 2", [0, 510, 102, 204]),
        ("load(\"r.npz\", \"pixels\") / 255", [0, 65536, 13107, 26214]),
        ("[[0 Hz, 500 Hz], [250 Hz, 1 kHz]]", [0, 32768, 16384, 65536]),
    ];
    for (values, want) in taken {
        assert_eq!(samples(values), Ok(want.into()), "{values}");
    }
    let refused = [
        (
            "load(\"r.npz\", \"hz\")",
            "a rate is a probability of a step, 0..=1; 3 of 4 values are none, the worst is 1000",
            "`load(..) * 1 Hz`",
        ),
        ("load(\"r.npz\", \"p\") * -1", "3 of 4 values are none, the worst is -1", "`load(..) * 1 Hz`"),
        (
            "load(\"r.npz\", \"fast\") * 1 Hz",
            "2 of 4 rates are no probability 0..=1 of a step, the worst is 2000 Hz, 2 a step",
            "a shorter `step`",
        ),
        (
            "load(\"r.npz\", \"large\")",
            "2 of 4 values are out of range 0..=65536",
            "whole numbers are probabilities in 1/65536",
        ),
    ];
    for (values, message, help) in refused {
        let found = samples(values).expect_err(values);
        let [only] = found.0.as_slice() else { panic!("{values}: {found}") };
        assert_eq!(only.code, "E0041");
        assert!(only.message.contains(message), "{values}: {}", only.message);
        assert!(only.help.as_ref().is_some_and(|h| h.contains(help)), "{values}: {only:?}");
    }
    let no_step = parse("input i[2]\nsamples i.rate = load(\"r.npz\", \"hz\") * 1 Hz steps 3", &hz());
    assert_eq!(no_step.expect_err("no step").0[0].code, "E0036");
}

#[test]
fn arrays_take_a_factor_or_a_unit_wherever_they_are_read() {
    let of =
        |text: &str| parse(&format!("{HEAD}{text}\n"), &hz().with("d.npy", None, Array::ints(vec![1, 5, 9])));
    let graph = of("input a[3] = poisson(rate = load(\"d.npy\") * 100 Hz)\n\
                    project a -> m : one_to_one { weight = load(\"d.npy\") * -2, delay = load(\"d.npy\") * 2 ms }")
    .unwrap_or_else(|found| panic!("{found}"));
    let p = &graph.projections[0];
    assert_eq!(
        (0..3).map(|i| (p.weight.get(i), p.delay.get(i))).collect::<Vec<_>>(),
        [(-2, 2), (-10, 10), (-18, 18)]
    );
    let InputSource::Poisson(p) = &graph.inputs[1].source else { panic!("{:?}", graph.inputs[1]) };
    assert_eq!(p.get(1), 1 << 31, "500 Hz");
    for (text, code) in [
        ("project i -> i2 : dense(load(\"r.npz\", \"p\") * 1 ms)", "E0032"),
        ("project i -> i2 : dense(load(\"r.npz\", \"p\") / 1 Hz)", "E0072"),
        ("project i -> i2 : dense(load(\"r.npz\", \"p\") / 0)", "E0072"),
        ("project i -> i2 : dense(1 / load(\"r.npz\", \"p\"))", "E0032"),
        ("project h -> m : one_to_one { weight = load(\"d.npy\") * 9223372036854775807 }", "E0072"),
        ("project i -> i2 : dense(load(\"r.npz\", \"p\") + 1)", "E0032"),
    ] {
        let found = of(text).expect_err(text);
        assert_eq!(found.0.iter().map(|d| d.code).collect::<Vec<_>>(), [code], "{text}: {found}");
    }
}
