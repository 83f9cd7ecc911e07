//! `seamount inspect`: what a network is: parts, values, what was quantised.

use std::fmt::{Debug, Write};
use std::path::PathBuf;

use network::graph::{
    Compartment, Connectivity, Graph, InputSource, Node, Projection, Values, View, topology,
};
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::open::{self, Input, Network};
use crate::ui::Ui;
use crate::write;

#[derive(clap::Args)]
#[command(after_help = "Examples: seamount inspect programs/digits\n          \
                        seamount inspect programs/digits --dot populations | dot -Tsvg > net.svg\n          \
                        seamount inspect programs/hello --expand\n          \
                        seamount inspect programs/hello --graph net.json")]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    /// Print the network in the language of Graphviz instead
    #[arg(long, value_enum, value_name = "LEVEL")]
    dot: Option<Dot>,
    /// Print the description with its macros expanded instead
    #[arg(long, conflicts_with = "dot")]
    expand: bool,
    /// Write the graph as JSON, which every command reads as it reads a description
    #[arg(long, value_name = "FILE")]
    graph: Option<PathBuf>,
}

/// What a DOT file shows.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Dot {
    /// Populations, inputs and projections.
    Populations,
    /// Compartments, input lines and synapses.
    Neurons,
}

/// Most synapses that are drawn one by one.
const DRAWN_MAX: usize = 1_000_000;

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    write::claim("--graph", arguments.graph.as_deref())?;
    let network = open::network(&arguments.input.path, ui)?;
    let graph = &network.graph;
    let note = |n: &network::Note| json!({ "thing": n.thing, "asked": n.asked, "got": n.got });
    let notes: Vec<_> = network.notes.iter().map(note).collect();
    let mut object = json!({ "schema": trace::SCHEMA, "graph": graph, "quantised": notes });
    let shown = if let Some(dot) = arguments.dot {
        let dot = drawn(graph, dot)?;
        object["dot"] = json!(dot);
        dot
    } else if arguments.expand {
        let expanded = expanded(&network)?;
        object["expanded"] = json!(expanded);
        expanded
    } else {
        text(&network)
    };
    if let Some(path) = &arguments.graph {
        write::atomic(path, network::to_json(graph).as_bytes())?;
        ui.status("Wrote", &path.display().to_string());
    }
    ui.object(&object);
    ui.print(&shown);
    Ok(Exit::Ok)
}

fn drawn(graph: &Graph, dot: Dot) -> Result<String, Failure> {
    let synapses: usize = graph.projections.iter().map(Projection::synapses).sum();
    match dot {
        Dot::Populations => Ok(topology::dot(graph, topology::Level::Populations)),
        Dot::Neurons if synapses <= DRAWN_MAX => Ok(topology::dot(graph, topology::Level::Neurons)),
        Dot::Neurons => Err(Failure::user(format!("{synapses} synapses, at most {DRAWN_MAX} are drawn"))
            .help("`--dot populations` draws projections")),
    }
}

fn expanded(network: &Network) -> Result<String, Failure> {
    let source = network.source.clone();
    let source = source.ok_or_else(|| Failure::user("a graph has no macros").help("name a description"))?;
    network::expand(&source.text).map_err(|found| open::diagnosed(&found.0, source.clone()))
}

/// Loops and parts of the network, as petgraph finds them.
fn topology_text(graph: &Graph) -> String {
    let net = topology::populations(graph);
    let name = |node: &Node| match node {
        Node::Population(p) => graph.populations[*p].name.as_str(),
        Node::Input(i) => graph.inputs[*i].name.as_str(),
    };
    let loops = topology::cycles(&net);
    let loops: Vec<String> = loops.iter().map(|l| l.iter().map(name).collect::<Vec<_>>().join(" ")).collect();
    let loops = if loops.is_empty() { "none".to_string() } else { loops.join("; ") };
    format!("\nloops: {loops}\nparts that nothing joins: {}\n", topology::components(&net))
}

fn text(network: &Network) -> String {
    let graph = &network.graph;
    let mut out = format!("network {}", graph.name);
    if let Some(us) = graph.step_us {
        let _ = write!(out, ", a step is {us} us");
    }
    let _ = writeln!(out, ", seed {}", graph.seed);
    for population in &graph.populations {
        let _ = writeln!(out, "\npopulation {}{:?}", population.name, population.shape);
        for compartment in &population.tree {
            out += &compartment_text(compartment, population.tree.len());
        }
    }
    for input in &graph.inputs {
        let _ = writeln!(out, "\ninput {}{:?} = {}", input.name, input.shape, source(&input.source));
    }
    for reward in &graph.rewards {
        let _ = writeln!(
            out,
            "\nreward {}: decay {}, {} sources",
            reward.name,
            reward.decay,
            reward.sources.len()
        );
    }
    for rule in &graph.rules {
        let _ = writeln!(out, "\nrule {}: {}", rule.name, network::rule::print(rule));
    }
    for projection in &graph.projections {
        let _ = writeln!(out, "\n{}", projection_text(graph, projection));
    }
    out += &topology_text(graph);
    if !network.notes.is_empty() {
        let _ = writeln!(out, "\nquantised:");
        network
            .notes
            .iter()
            .for_each(|n| drop_in(&mut out, &format!("  {}: asked {}, got {}", n.thing, n.asked, n.got)));
    }
    out
}

fn drop_in(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

/// The fields of a compartment, defaults included.
fn compartment_text(c: &Compartment, of: usize) -> String {
    let name = if of > 1 { format!("  {}\n", c.name) } else { String::new() };
    let mut rows = vec![
        ("current_decay", values(&c.current_decay)),
        ("voltage_decay", values(&c.voltage_decay)),
        ("vth_mant", values(&c.vth)),
        ("bias_mant", values(&c.bias_mantissa)),
        ("bias_exp", values(&c.bias_exponent)),
        ("refractory", values(&c.refractory)),
        ("initial_v", values(&c.initial_v)),
        ("initial_u", values(&c.initial_u)),
        ("axon_delay", c.axon_delay.to_string()),
        ("noise", c.noise.to_string()),
        ("soft_reset", c.soft_reset.to_string()),
        ("join", c.join.to_string()),
        ("mode", c.mode.to_string()),
        ("post_events", c.bap.to_string()),
    ];
    if let Some(homeostasis) = &c.homeostasis {
        rows.push(("homeostasis", format!("{homeostasis:?}")));
    }
    rows.iter().fold(name, |text, (field, value)| text + &format!("    {field:<14} {value}\n"))
}

/// One value, or the range of many.
fn values<T: Copy + Ord + Debug>(values: &Values<T>) -> String {
    match values {
        Values::Same(value) => format!("{value:?}"),
        Values::Each(all) => match (all.iter().min(), all.iter().max()) {
            (Some(low), Some(high)) if low == high => format!("{low:?} (each)"),
            (Some(low), Some(high)) => format!("{low:?} to {high:?}, one each"),
            _ => "none".into(),
        },
    }
}

fn source(source: &InputSource) -> String {
    match source {
        InputSource::External => "external".into(),
        InputSource::Events(events) => format!("{} events", events.len()),
        InputSource::Poisson(p) => format!("poisson, p32 {}", values(p)),
        InputSource::Regular { period, first } => format!("regular, period {period}, first {first}"),
    }
}

fn projection_text(graph: &Graph, p: &Projection) -> String {
    let pattern = match &p.connectivity {
        Connectivity::Dense => "dense",
        Connectivity::OneToOne => "one to one",
        Connectivity::List { .. } => "list",
    };
    let sides =
        [&p.pre, &p.post].map(|side| side.iter().map(|v| view(graph, v)).collect::<Vec<_>>().join(", "));
    let learn = p.rule.map_or("none", |rule| graph.rules[rule].name.as_str());
    let mut out = format!("project {} -> {}: {pattern}, {} synapses\n", sides[0], sides[1], p.synapses());
    let rows = [
        ("weight", values(&p.weight)),
        ("delay", values(&p.delay)),
        ("sign", p.mode.to_string()),
        ("bits", p.bits.to_string()),
        ("exponent", p.exponent.to_string()),
        ("delay_bits", p.delay_bits.to_string()),
        ("learn", learn.into()),
    ];
    rows.iter().for_each(|(field, value)| drop_in(&mut out, &format!("    {field:<14} {value}")));
    out.trim_end().to_string()
}

fn view(graph: &Graph, view: &View) -> String {
    let (name, size, part) = match view.node {
        Node::Population(p) => {
            let population = &graph.populations[p];
            let part = population.tree.get(view.compartment as usize).filter(|_| population.tree.len() > 1);
            (&population.name, population.size, part.map_or(String::new(), |c| format!(".{}", c.name)))
        }
        Node::Input(i) => (&graph.inputs[i].name, graph.inputs[i].size, String::new()),
    };
    if (view.start, view.end) == (0, size) {
        format!("{name}{part}")
    } else {
        format!("{name}[{}..{}]{part}", view.start, view.end)
    }
}
