//! parse(print(g)) == g and JSON there and back, for random valid graphs; `fmt` changes no meaning and settles at once.

mod random;

use proptest::prelude::*;
use seamount_network::graph::problems;
use seamount_network::{Color, NoFiles, fmt, from_json, parse, print, to_json};

fn check(seed: u32) {
    let graph = random::graph(seed);
    assert_eq!(problems(&graph), vec![], "seed {seed}: the generator makes valid graphs");
    let text = print(&graph);
    match parse(&text, &NoFiles) {
        Ok(again) => assert_eq!(again, graph, "seed {seed}\n{text}"),
        Err(errors) => panic!("seed {seed}\n{}\n{text}", errors.render("printed", &text, Color::Off)),
    }
    assert_eq!(fmt(&text).ok().as_deref(), Some(text.as_str()), "seed {seed}: print is canonical");
    assert_eq!(from_json(&to_json(&graph)), Ok(graph), "seed {seed}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn text_and_json_come_back(seed: u32) {
        check(seed);
    }
}

#[test]
fn json_that_is_none_is_refused_with_its_place() {
    let graph = random::graph(1);
    let text = to_json(&graph);
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)).step_by(7) {
        assert!(from_json(&text[..end]).is_err());
    }
    let errors = from_json(&text.replace("\"epoch\": ", "\"epoch\": 10")).map_err(|e| e.to_string());
    assert!(errors.is_err_and(|e| e.contains("E0041")), "problems are found in JSON too");
}

#[test]
fn the_first_seeds() {
    (0..64).for_each(check);
}
