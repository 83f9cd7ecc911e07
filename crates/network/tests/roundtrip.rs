//! parse(print(g)) == g and JSON there and back, for random valid graphs; `fmt` changes no meaning and settles at once.

mod random;

use proptest::prelude::*;
use seamount_network::graph::{Graph, problems};
use seamount_network::{Color, NoFiles, fmt, parse, print};

fn check(seed: u32) {
    let graph = random::graph(seed);
    assert_eq!(problems(&graph), vec![], "seed {seed}: the generator makes valid graphs");
    let text = print(&graph);
    match parse(&text, &NoFiles) {
        Ok(again) => assert_eq!(again, graph, "seed {seed}\n{text}"),
        Err(errors) => panic!("seed {seed}\n{}\n{text}", errors.render("printed", &text, Color::Off)),
    }
    assert_eq!(fmt(&text).ok().as_deref(), Some(text.as_str()), "seed {seed}: print is canonical");
    let json = serde_json::to_string(&graph).expect("a graph is JSON");
    assert_eq!(serde_json::from_str::<Graph>(&json).expect("JSON is a graph"), graph, "seed {seed}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn text_and_json_come_back(seed: u32) {
        check(seed);
    }
}

#[test]
fn the_first_seeds() {
    (0..64).for_each(check);
}
