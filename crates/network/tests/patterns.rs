//! Patterns against the plain definition of what they mean.

use std::collections::BTreeMap;

use isa::op::SignMode;
use seamount_network::graph::*;
use seamount_network::{Array, Color, Data, Memory, NoFiles, parse};

fn graph(text: &str, files: &Memory) -> Graph {
    parse(text, files).unwrap_or_else(|e| panic!("{}", e.render("net.snn", text, Color::Off)))
}

/// Source, target -> weight; a pair twice is a mistake here.
fn weights(p: &Projection) -> BTreeMap<(usize, usize), i16> {
    let all: BTreeMap<_, _> = (0..p.synapses()).map(|i| (p.ends(i), p.weight.get(i))).collect();
    assert_eq!(all.len(), p.synapses());
    all
}

fn ints(shape: Vec<usize>, values: Vec<i64>) -> Array {
    Array { shape, data: Data::Ints(values) }
}

#[test]
fn convolution_is_cross_correlation_with_groups_stride_padding() {
    let kernel: Vec<i64> = (0..4 * 2 * 3 * 2).map(|i| 2 * (i % 50) - 40).collect();
    let files = Memory::default().with("k.npz", Some("k"), ints(vec![4, 2, 3, 2], kernel.clone()));
    let text = "input x[4, 5, 6]\npopulation y[4, 3, 4]\nproject x -> y : convolution(load(\"k.npz\", \"k\"), stride = [2, 2], padding = [1, 1], groups = 2) { sign = mixed }\n";
    let g = graph(text, &files);
    let mut expected = BTreeMap::new();
    let (height, width) = (5i64, 6i64);
    for o in 0..4i64 {
        for (y, x) in (0..3i64).flat_map(|y| (0..4i64).map(move |x| (y, x))) {
            for (i, ky, kx) in
                (0..2i64).flat_map(|i| (0..3i64).flat_map(move |ky| (0..2i64).map(move |kx| (i, ky, kx))))
            {
                let (c, sy, sx) = (o / 2 * 2 + i, 2 * y + ky - 1, 2 * x + kx - 1);
                if (0..height).contains(&sy) && (0..width).contains(&sx) {
                    let at = ((c * height + sy) * width + sx, (o * 3 + y) * 4 + x);
                    let w = kernel[(((o * 2 + i) * 3 + ky) * 2 + kx) as usize];
                    expected.insert((at.0 as usize, at.1 as usize), w as i16);
                }
            }
        }
    }
    assert_eq!(weights(&g.projections[0]), expected);
}

#[test]
fn convolution_of_a_wrong_shape_says_what_it_gives() {
    let text = "input x[5, 5]\npopulation y[3, 4]\nproject x -> y : convolution([[2, 2, 2], [2, 2, 2], [2, 2, 2]])\n";
    let errors = parse(text, &NoFiles).map_err(|e| e.to_string()).err().unwrap_or_default();
    assert!(errors.contains("gives [1, 3, 3]"), "{errors}");
}

#[test]
fn pooling_is_per_channel() {
    let g = graph(
        "input x[2, 4, 4]\npopulation y[2, 2, 2]\nproject x -> y : pool(2) { weight = 9 }\n",
        &Memory::default(),
    );
    let all = weights(&g.projections[0]);
    let expected = (0..2usize).flat_map(|c| {
        (0..4).flat_map(move |y| (0..4).map(move |x| ((c * 16 + y * 4 + x, c * 4 + y / 2 * 2 + x / 2), 9)))
    });
    assert_eq!(all, expected.collect());
}

#[test]
fn sparse_forms_agree() {
    let files = Memory::default()
        .with("net.npz", Some("ptr"), ints(vec![4], vec![0, 2, 2, 3]))
        .with("net.npz", Some("idx"), ints(vec![3], vec![1, 0, 1]))
        .with("net.npz", Some("w"), Array { shape: vec![3], data: Data::Reals(vec![4.0, -6.0, 8.0]) })
        .with("scipy.npz", Some("indptr"), ints(vec![4], vec![0, 2, 2, 3]))
        .with("scipy.npz", Some("indices"), ints(vec![3], vec![1, 0, 1]))
        .with("scipy.npz", Some("data"), ints(vec![3], vec![4, -6, 8]))
        .with("coo.npz", Some("row"), ints(vec![3], vec![0, 0, 2]))
        .with("coo.npz", Some("col"), ints(vec![3], vec![1, 0, 1]))
        .with("coo.npz", Some("data"), ints(vec![3], vec![4, -6, 8]))
        .with("edges.csv", None, Array::table(3, vec![0, 1, 4, 0, 0, -6, 2, 1, 8]));
    let forms = [
        "sparse(indptr = load(\"net.npz\", \"ptr\"), indices = load(\"net.npz\", \"idx\"), weight = load(\"net.npz\", \"w\"))",
        "sparse(\"scipy.npz\")",
        "sparse(\"coo.npz\")",
        "sparse(\"edges.csv\")",
        "{ 0 -> 1: 4, 0 -> 0: -6, 2 -> 1: 8 }",
    ];
    for form in forms {
        let g = graph(&format!("input a[3]\npopulation b[2]\nproject a -> b : {form}\n"), &files);
        let p = &g.projections[0];
        assert_eq!(p.connectivity, Connectivity::List { pre: vec![0, 0, 2], post: vec![1, 0, 1] }, "{form}");
        assert_eq!((p.weight.clone(), p.mode), (Values::Each(vec![4, -6, 8]), SignMode::Mixed), "{form}");
    }
}

#[test]
fn fans_are_exact_and_draws_are_keyed() {
    let text = |seed: u32| {
        format!(
            "input a[30]\npopulation b[20]\nproject a -> b : random(fan_in = 7, seed = {seed})\nproject a -> b : random(fan_out = 5, seed = {seed})\nproject a -> b : random(p = 0.25, seed = {seed})\n"
        )
    };
    let g = graph(&text(3), &Memory::default());
    let count = |p: &Projection, side: fn((usize, usize)) -> usize, n: usize| {
        let mut counts = vec![0; n];
        (0..p.synapses()).for_each(|i| counts[side(p.ends(i))] += 1);
        counts
    };
    assert_eq!(count(&g.projections[0], |(_, j)| j, 20), [7; 20]);
    assert_eq!(count(&g.projections[1], |(i, _)| i, 30), [5; 30]);
    let n = g.projections[2].synapses();
    assert!((107..194).contains(&n), "600 pairs, p = 1/4: {n} is more than 4 sigma off");
    for p in &g.projections {
        let ends: Vec<_> = (0..p.synapses()).map(|i| p.ends(i)).collect();
        assert!(ends.is_sorted_by(|a, b| a < b), "list order, no pair twice");
    }
    assert_eq!(g, graph(&text(3), &Memory::default()));
    assert_ne!(
        g.projections[2].connectivity,
        graph(&text(4), &Memory::default()).projections[2].connectivity
    );
}

#[test]
fn slices_of_two_axes() {
    let g = graph(
        "input x[3, 4]\npopulation y[4]\nproject x[1..3, 2..4] -> y : one_to_one\nproject x[.., 1..2] -> y[..3] : one_to_one\nproject x[2] -> y : one_to_one\nproject x[0..2] -> y : all\n",
        &Memory::default(),
    );
    let runs = |p: usize| g.projections[p].pre.iter().map(|v| (v.start, v.end)).collect::<Vec<_>>();
    assert_eq!(runs(0), [(6, 8), (10, 12)]);
    assert_eq!(runs(1), [(1, 2), (5, 6), (9, 10)]);
    assert_eq!((runs(2), runs(3)), (vec![(8, 12)], vec![(0, 8)]));
}

#[test]
fn weights_are_truncated_clipped_or_refused() {
    let text =
        |fields: &str| format!("input a[2]\npopulation b[2]\nproject a -> b : one_to_one {{ {fields} }}\n");
    let weight = |fields: &str| graph(&text(fields), &Memory::default()).projections[0].weight.clone();
    assert_eq!(weight("weight = [-7, 7], sign = mixed"), Values::Each(vec![-6, 6]));
    assert_eq!(weight("weight = [-7, 7], bits = 4, sign = mixed"), Values::Each(vec![0, 0]));
    assert_eq!(weight("weight = [33, 255], bits = 4"), Values::Each(vec![32, 240]));
    assert_eq!(weight("weight = [-300, 300], clip = true"), Values::Each(vec![-256, 254]));
    for (fields, words) in [
        ("weight = 256", "excitatory, 8 bits, 0..=255"),
        ("weight = -256, sign = inhibitory", "use -255"),
        ("weight = -1, sign = excitatory", "holds both signs"),
        ("weight = 0.5", "give the target neuron a `threshold`"),
    ] {
        let text = text(fields);
        let errors = parse(&text, &NoFiles).err().unwrap_or_else(|| panic!("{fields} is taken"));
        let shown = errors.render("net.snn", &text, Color::Off);
        assert!(shown.contains(words), "{fields}: {shown}");
    }
}
