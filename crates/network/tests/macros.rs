//! Macros: the library's, a user's own, errors inside of them.

use isa::op::{Join, Mode, SignMode};
use seamount_network::graph::*;
use seamount_network::{Color, NoFiles, expand, parse};

fn graph(text: &str) -> Graph {
    parse(text, &NoFiles).unwrap_or_else(|e| panic!("{}", e.render("net.snn", text, Color::Off)))
}

fn errors(text: &str) -> String {
    parse(text, &NoFiles).map_or_else(|e| e.render("net.snn", text, Color::Off), |_| "no error".into())
}

#[test]
fn winner_take_all_leaves_out_autapses() {
    let g = graph("population p[3]\nwinner_take_all(p, weight = 40)\n");
    let p = &g.projections[0];
    assert_eq!(
        p.connectivity,
        Connectivity::List { pre: vec![0, 0, 1, 1, 2, 2], post: vec![1, 2, 0, 2, 0, 1] }
    );
    assert_eq!((p.weight.clone(), p.mode), (Values::Same(-40), SignMode::Inhibitory));
}

#[test]
fn a_delay_line_is_named_by_its_call() {
    let g = graph("input pulse[1]\nline = delay_line(pulse, 5, delay = 2)\nrecord line.tap[4].spikes\n");
    assert_eq!((g.populations[0].name.as_str(), g.populations[0].size), ("line.tap", 5));
    assert_eq!(g.projections[1].pre[0], View { node: Node::Population(0), compartment: 0, start: 0, end: 4 });
    assert_eq!(g.projections[1].post[0].start, 1);
    assert_eq!(g.projections[1].delay, Values::Same(2));
    assert_eq!(g.session.records[0].name, "line.tap[4].spikes");
}

#[test]
fn adaptation_and_soft_reset_take_two_compartments() {
    let g = graph(
        "cells = after_hyperpolarisation(10, ahp_decay = 4)\nsoft = soft_reset_pair(2, weight = 247, exponent = 2)\n",
    );
    let [ahp, soma] = g.populations[0].tree.as_slice() else { panic!("two compartments") };
    assert_eq!((g.populations[0].name.as_str(), ahp.name.as_str(), ahp.mode), ("cells", "ahp", Mode::PassV));
    assert_eq!((soma.join, soma.children.as_slice()), (Join::Add, &[0][..]));
    assert_eq!(g.projections[0].post[0].compartment, 0);
    assert_eq!(g.populations[1].tree[0].vth, Values::Same(988));
    assert_eq!((g.projections[1].weight.clone(), g.projections[1].exponent), (Values::Same(-247), 2));
}

const OWN: &str = "
macro ring(of, n, weight = 9) {
  const far = n - 1
  project of[0..far] -> of[1..n] : one_to_one { weight = weight }
  project of[far] -> of[0] : all { weight = weight }
}
macro rings(k) {
  population self[k]
  inner = ring(self, k)
}
population p[4]
ring(p, 4, weight = 2*3)
q = rings(3) // another
";

#[test]
fn own_macros_call_each_other() {
    let g = graph(OWN);
    assert_eq!(g.projections.len(), 4);
    assert_eq!(
        (g.projections[0].weight.clone(), g.projections[2].weight.clone()),
        (Values::Same(6), Values::Same(9))
    );
    assert_eq!(
        g.projections[3].post[0],
        View { node: Node::Population(1), compartment: 0, start: 0, end: 1 }
    );
}

#[test]
fn expand_shows_plain_statements() {
    let text = expand(OWN).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(graph(&text), graph(OWN), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn errors_inside_name_both_places() {
    let inside = "macro bad(of) { \n  project of -> off : all\n}\npopulation p\nbad(p)\n";
    let circle = "macro a(x) { b(x) }\nmacro b(x) { a(x) }\na(3)\n";
    let unknown = "population p\nwinner_takes_all(p)\nwinner_take_all(p, wieght = 3)\nwinner_take_all()\ndelay_line(p, 3)\nafter_hyperpolarisation(3)\n";
    insta::assert_snapshot!([inside, circle, unknown].map(errors).join("\n"));
}

#[test]
fn the_library_is_sound() {
    let g = graph(
        "population a[2] : relay
population b : adaptive
population c : integrating(5)
population d : bernoulli(7)
reward r { tau = 9 }
project a -> b : all { learn = stdp }
project a -> c : all { learn = stdp(lambda = 12, tau_plus = 9, epoch = 4) }
project a -> d : all { learn = rstdp(eta = 0.125) }
after_spike(a, weight = 3)
",
    );
    assert_eq!(problems(&g), vec![]);
    let names: Vec<&str> = g.rules.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["stdp", "stdp_2", "rstdp"]);
    assert_eq!(g.settings[g.populations[2].settings].epoch, 4);
    let y1 = g.populations[2].tree[1].post.map(|post| post.0[0].impulse);
    assert!(y1.is_some_and(|impulse| impulse > 0), "the rule declares y1 at its target");
    assert_eq!(g.settings[g.populations[3].settings].reward, Some(0));
    assert!(g.projections[2].tags, "rstdp writes tags");
}
