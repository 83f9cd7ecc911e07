//! Rules of the library, named in a description.

use seamount_network::graph::*;
use seamount_network::{Color, NoFiles, Reading, parse, read};

fn reading(learn: &str, fields: &str) -> Reading {
    let text = description(learn, fields);
    read(&text, &NoFiles).unwrap_or_else(|errors| panic!("{}", errors.render("a.snn", &text, Color::Off)))
}

fn description(learn: &str, fields: &str) -> String {
    format!(
        "step 1 ms\ninput i[4] = regular(period = 5)\npopulation a[4] {{ vth_mant = 100 }}\nreward r {{ tau = 9 }}\n\
         project i -> a : all {{ weight = 64, learn = {learn}{fields} }}\nrun 10\n"
    )
}

fn refusal(learn: &str) -> String {
    let text = description(learn, "");
    parse(&text, &NoFiles).expect_err(learn).render("a.snn", &text, Color::Off)
}

#[test]
fn a_named_rule_needs_no_declaration() {
    let reading = reading("stdp(lambda = 30, alpha = 1.05, tau_plus = 10 ms)", "");
    let graph = &reading.graph;
    assert_eq!(problems(graph), vec![]);
    let rule = &graph.rules[0];
    assert_eq!(seamount_network::rule::print(rule), "dw = 2^-2*y0*x1 - 2^-2*x0*y1");
    assert_eq!((rule.pre.0[0].impulse, rule.pre.0[0].decay), (120, 390));
    let post = graph.populations[0].tree[0].post.expect("post traces");
    assert_eq!((post.0[0].impulse, post.0[0].decay), (126, 200));
    let notes: Vec<&str> = reading.notes.iter().map(|note| note.thing.as_str()).collect();
    assert!(notes.contains(&"rule `stdp`, tau_plus (x1)"), "{notes:?}");
}

#[test]
fn a_declared_rule_of_that_name_comes_first() {
    let text = description("stdp", "")
        .replace("run 10\n", "rule stdp { trace x1(impulse = 1, tau = 2), dw = x1*y0 }\nrun 10\n");
    let graph = parse(&text, &NoFiles)
        .unwrap_or_else(|errors| panic!("{}", errors.render("a.snn", &text, Color::Off)));
    assert_eq!(graph.rules.len(), 1);
    assert_eq!(graph.rules[0].pre.0[0].impulse, 1);
}

#[test]
fn mistakes_point_at_the_parameter() {
    let shown = refusal("stdp(lamda = 30)");
    assert!(shown.contains("rule stdp has no parameter `lamda`: it has lambda, alpha"), "{shown}");
    let shown = refusal("oja(rate = 1000)");
    assert!(shown.contains("rule oja: rate = 1000 does not fit"), "{shown}");
    let shown = refusal("stdp(30)");
    assert!(shown.contains("given by name"), "{shown}");
    let shown = refusal("stpd");
    assert!(shown.contains("did you mean `stdp`?"), "{shown}");
}
