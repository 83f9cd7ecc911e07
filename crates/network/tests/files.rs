//! Whatever a file holds: an error that names it, or a valid graph; never a panic.

use seamount_network::graph::problems;
use seamount_network::{Array, Data, LoadError, Loader, parse};

/// Every way in which a description reads a file.
const READERS: [&str; 16] = [
    "population p[4] { vth_mant = load(\"f\") }",
    "population p[4] { tau_v = load(\"f\") }",
    "population p[4] { threshold = load(\"f\"), bias = load(\"f\"), initial_v = load(\"f\") }",
    "input i[4] = spikes(\"f\")",
    "input i[4] = spikes(pointer = load(\"f\"), lines = load(\"f\"), shift = -1)",
    "input i[4] = raster(load(\"f\"))",
    "input i[4] = poisson(p = load(\"f\"))",
    "population p[4]\nproject p -> p : dense(load(\"f\"), transpose = true)",
    "population p[4]\nproject p -> p : all { weight = load(\"f\"), delay = load(\"f\"), tag = load(\"f\") }",
    "population p[4] { threshold = 1 }\nproject p -> p : one_to_one { weight = load(\"f\") }",
    "population p[4]\nproject p -> p : sparse(\"f\")",
    "population p[4]\nproject p -> p : sparse(indptr = load(\"f\"), indices = load(\"f\"), weight = load(\"f\"))",
    "input i[2, 2]\npopulation p[2, 2]\nproject i -> p : convolution(load(\"f\"), padding = 1)",
    "population p[4]\nsamples p.bias = load(\"f\") steps 3\nmeasure accuracy(p, load(\"f\"))",
    "input i[4]\nsamples i.rate = load(\"f\") steps 3",
    "reward r { events = load(\"f\") }",
];

struct One(Array);

impl Loader for One {
    fn load(&self, _: &str, array: Option<&str>) -> Result<Array, LoadError> {
        match array {
            None => Ok(self.0.clone()),
            Some(name) => Err(LoadError::Array { path: "f".into(), array: name.into(), known: vec![] }),
        }
    }
}

fn arrays() -> Vec<Array> {
    let shapes: [&[usize]; 15] = [
        &[],
        &[0],
        &[1],
        &[4],
        &[0, 2],
        &[2, 2],
        &[4, 2],
        &[4, 4],
        &[2, 4],
        &[4, 5],
        &[0, 0, 0, 0],
        &[1, 1, 2, 2],
        &[2, 2, 1, 1, 1],
        &[3, 4, 1],
        &[usize::MAX, 2],
    ];
    let ints = [0i64, 1, 3, -1, 300, i64::MAX, i64::MIN];
    let reals = [0.0, 0.5, 2.0, -1.5, f64::NAN, f64::INFINITY, 1e300, f64::MIN_POSITIVE];
    let mut all = Vec::new();
    for shape in shapes {
        let n = shape.iter().try_fold(1usize, |n, x| n.checked_mul(*x)).unwrap_or(3);
        for first in ints {
            let values = (0..n).map(|i| if i % 2 == 0 { first } else { i as i64 });
            all.push(Array { shape: shape.to_vec(), data: Data::Ints(values.collect()) });
        }
        for first in reals {
            let values = (0..n).map(|i| if i % 2 == 0 { first } else { f64::from(i as u32) });
            all.push(Array { shape: shape.to_vec(), data: Data::Reals(values.collect()) });
        }
    }
    all
}

#[test]
fn any_contents_are_taken_or_refused() {
    let (mut taken, mut refused) = (0, 0);
    for array in arrays() {
        for reader in READERS {
            match parse(reader, &One(array.clone())) {
                Ok(graph) => {
                    assert_eq!(problems(&graph), vec![], "{reader}: {array:?}");
                    taken += 1;
                }
                Err(errors) => {
                    assert!(errors.errors() > 0, "{reader}: {array:?}");
                    refused += 1;
                }
            }
        }
    }
    assert!(taken > 100 && refused > 1000, "{taken} taken, {refused} refused");
}
