//! Arrays of files: what is no finite number is refused by name and place, a file that is missing is reported once.

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
