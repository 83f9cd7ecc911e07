//! Whole descriptions to graphs.

use seamount_network::graph::*;
use seamount_network::{Array, Color, Data, Memory, NoFiles, parse, read};

const HELLO: &str = "// hello.snn
step 1 ms

neuron lif { tau_v = 20 ms, threshold = 1.0, refractory = 2 ms }

input   noise[10] = poisson(rate = 50 Hz)
population out[4] : lif

project noise -> out : all { weight = 0.3 }

record out.spikes, out[0].v
run 200 ms
";

#[test]
fn hello() {
    let reading =
        read(HELLO, &NoFiles).unwrap_or_else(|e| panic!("{}", e.render("hello.snn", HELLO, Color::Off)));
    let g = reading.graph;
    assert_eq!(problems(&g), vec![]);
    let soma = &g.populations[0].tree[0];
    assert_eq!(soma.voltage_decay, Values::Same(200));
    assert_eq!(soma.current_decay, Values::Same(4096));
    assert_eq!(soma.refractory, Values::Same(2));
    assert_eq!((soma.vth.clone(), g.projections[0].weight.clone()), (Values::Same(850), Values::Same(255)));
    assert_eq!(g.inputs[0].source, InputSource::Poisson(Values::Same(214_748_364)));
    assert_eq!((g.session.steps, g.session.records.len()), (200, 2));
    assert_eq!(g.session.records[1].name, "out[0].v");
    let notes: Vec<&str> = reading.notes.iter().map(|n| n.thing.as_str()).collect();
    assert!(notes.contains(&"tau_v of `out`"), "{notes:?}");
}

const DIGITS: &str = r#"
network digits
seed 1
neuron cell { current_decay = 4096, voltage_decay = 0, vmin_exp = 22 }

population pixels[8, 8] : cell { vth_mant = 15, bias_exp = 6 }
population hidden[3]    : cell { vth_mant = 989, bias_exp = 2, bias_mant = load("digits.npz", "b1") }
population out[2]       : cell { vth_mant = 867, bias_exp = 2, bias_mant = [-3, 4] }

project pixels -> hidden : dense(load("digits.npz", "Q1"), transpose = true) { sign = mixed }
project hidden -> out    : dense([[2, -4], [6, 8], [254, -256]]) { sign = mixed }

samples pixels.bias = load("digits.npz", "x") steps 64 reset
measure accuracy(out, load("digits.npz", "y"))
record out.spikes
"#;

fn digits_files() -> Memory {
    let ints = |shape: Vec<usize>, values: Vec<i64>| Array { shape, data: Data::Ints(values) };
    let reals =
        Array { shape: vec![3, 64], data: Data::Reals((0..192).map(|i| f64::from((i - 96) * 2)).collect()) };
    Memory::default()
        .with("digits.npz", Some("b1"), ints(vec![3], vec![1, 2, 3]))
        .with("digits.npz", Some("Q1"), reals)
        .with("digits.npz", Some("x"), ints(vec![5, 64], (0..320).map(|i| i % 17).collect()))
        .with("digits.npz", Some("y"), ints(vec![5], vec![0, 1, 1, 0, 1]))
}

#[test]
fn digits() {
    let g = parse(DIGITS, &digits_files())
        .unwrap_or_else(|e| panic!("{}", e.render("digits.snn", DIGITS, Color::Off)));
    assert_eq!(g.populations[0].shape, [8, 8]);
    assert_eq!(g.settings.len(), 1);
    assert_eq!((g.settings[0].vmin_exponent, g.settings[0].delay_bits), (22, 3));
    // Q1 is targets x sources: source 1 to target 2 is row 2, column 1.
    assert_eq!(g.projections[0].weight.get(3 + 2), (2 * 64 + 1 - 96) * 2);
    let samples = g.session.samples.as_ref().unwrap();
    assert_eq!((samples.count, samples.reset, g.session.steps), (5, true, 64));
    assert_eq!(
        samples.target,
        SampleTarget::Bias(View { node: Node::Population(0), compartment: 0, start: 0, end: 64 })
    );
    let Measure { labels, .. } = &g.session.measures[0];
    assert_eq!(labels, &[0, 1, 1, 0, 1]);
}

#[test]
fn records_at_chosen_steps() {
    let of = |text: &str| {
        let records = read(&format!("step 1 ms\npopulation out[2]\nrun 50\n{text}\n"), &NoFiles)?;
        Ok(records.graph.session.records.iter().map(|r| (r.every, r.at.clone())).collect::<Vec<_>>())
    };
    assert_eq!(of("record out.v, out.u at 40, 7 ms, 5, 7"), Ok(vec![(1, vec![5, 7, 40]); 2]));
    assert_eq!(of("record out.v every 5"), Ok(vec![(5, vec![])]));
    assert_eq!(of("record out.v"), Ok(vec![(1, vec![])]));
    for (bad, code) in [("at 0", "E0041"), ("at", "E0001"), ("at 1 every 2", "E0001"), ("every 0", "E0041")] {
        let found: seamount_network::Diagnostics = of(&format!("record out.v {bad}")).unwrap_err();
        assert_eq!(found.0[0].code, code, "{bad}: {found}");
    }
    let several = "input i\npopulation p[2]\nproject i -> p : all { learn = stdp }\nrun 9\n";
    let records = |text: &str| read(&format!("{several}{text}\n"), &NoFiles).unwrap().graph.session.records;
    assert_eq!(records("record p.{u, v}, i.spikes every 3"), records("record p.u, p.v, i.spikes every 3"));
    assert_eq!(records("record p[0].soma.{ v, u }"), records("record p[0].v, p[0].u"));
    assert_eq!(records("record i->p.{weight, x1} at 2, 5"), records("record i->p.weight, i->p.x1 at 2, 5"));
    let late = read("population out\nrun 50\nrecord out.v at 51", &NoFiles).unwrap();
    assert_eq!(late.warnings.0[0].code, "E0035");
}

const BALANCED: &str = r#"
const n = 1000

neuron cell { current_decay = 1024, voltage_decay = 128, vth_mant = 400, refractory = 3, noise(target = voltage, exponent = 7) }
rule stdp   { epoch = 1, trace x1(impulse = 20, tau = 10), trace y1(impulse = 20, tau = 10)
              dw = 2^-2*x1*y0 - 2^-2*y1*x0 }

population exc[n*8/10] : cell
population inh[n*2/10] : cell { vth_mant = uniform(380, 420, seed = 3) }

project exc -> exc, inh : random(p = 0.1, seed = 7) { sign = excitatory, weight = uniform(1, 60, seed = 8), delay = uniform(0, 7, seed = 9), learn = stdp }
project inh -> exc, inh : random(p = 0.1, seed = 10) { sign = inhibitory, weight = -120 }

input drive[80] = spikes("drive.csv")
project drive -> exc[0..80] : one_to_one { weight = 254, sign = mixed }
record exc.spikes, exc->exc.weight every 100
run 1000
"#;

#[test]
fn balanced() {
    let files = Memory::default().with("drive.csv", None, Array::table(2, vec![5, 79, 1, 0, 3, 4]));
    let g = parse(BALANCED, &files)
        .unwrap_or_else(|e| panic!("{}", e.render("balanced.snn", BALANCED, Color::Off)));
    assert_eq!((g.populations[0].size, g.populations[1].size), (800, 200));
    let n = g.projections[0].synapses();
    assert!((78_000..82_000).contains(&n), "800 x 1000 x 0.1: {n}");
    assert_eq!((g.projections[0].delay_bits, g.settings[0].delay_bits), (3, 4), "delay 7 needs a ring of 16");
    let y1 = g.populations[1].tree[0].post.unwrap().0[0];
    assert_eq!((y1.impulse, y1.decay), (20, 390));
    assert_eq!(g.inputs[0].source, InputSource::Events(vec![(1, 0), (3, 4), (5, 79)]));
    assert_eq!(g.session.records[1].of, Recorded::Projection(0));
    assert_eq!(g.session.records[1].every, 100);
}

const GATE: &str = r#"
neuron gated {
  compartment dendrite { vth_mant = 0, mode = pass_above_threshold }
  compartment gate     { vth_mant = 100 }
  soma                 { vth_mant = 300, join = pass(gate, dendrite) }
}
input drive[32]
input context[4]
population cells[32] : gated
project drive   -> cells.dendrite : one_to_one { weight = 40 }
project context -> cells.gate     : all        { weight = 20 }
"#;

#[test]
fn gate() {
    let g = parse(GATE, &NoFiles).unwrap_or_else(|e| panic!("{}", e.render("gate.snn", GATE, Color::Off)));
    let tree = &g.populations[0].tree;
    assert_eq!(tree[2].children, [1, 0]);
    assert_eq!((g.projections[0].post[0].compartment, g.projections[1].post[0].compartment), (0, 1));
}

/// Every error of a source, rendered.
fn errors(source: &str) -> String {
    match parse(source, &NoFiles) {
        Ok(_) => String::from("no error\n"),
        Err(errors) => errors.render("net.snn", source, Color::Off),
    }
}

#[test]
fn errors_all_at_once_with_nearest_names() {
    let text = errors(
        "neuron lif { tau_v = 20 ms, treshold = 1.0, refractory = 2 ms }
populaton out[4] : lif
population a[4] : lfi
project a -> b : all { weight = 301 }
population c[2] { vth_mant = 200000, du = 3 }
project c -> c : all { weight = [1, 2, 300, 4] }
project c -> c : everyone
run 20 ms
",
    );
    insta::assert_snapshot!(text);
}
