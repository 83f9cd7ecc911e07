//! The session of a graph, with keys instead of views.

use image::{KeyRun, Measure, Record, Recorded, SampleTarget, Samples, Session};
use isa::ids::Key;
use network::graph::{self, Graph, Node, View};

/// The session of `graph`.
#[must_use]
pub fn session(graph: &Graph) -> Session {
    let session = &graph.session;
    Session {
        steps: session.steps,
        samples: session.samples.as_ref().map(|samples| self::samples(graph, samples)),
        records: session.records.iter().map(|record| self::record(graph, record)).collect(),
        measures: session.measures.iter().map(|measure| self::measure(graph, measure)).collect(),
    }
}

fn samples(graph: &Graph, samples: &graph::Samples) -> Samples {
    let target = match &samples.target {
        graph::SampleTarget::Bias(view) => SampleTarget::Bias(keys(graph, view)),
        graph::SampleTarget::Spikes(view) => SampleTarget::Spikes(keys(graph, view)),
        graph::SampleTarget::SpikeTrains(view) => SampleTarget::SpikeTrains(keys(graph, view)),
        graph::SampleTarget::Rate(view) => SampleTarget::Rate(keys(graph, view)),
    };
    let graph::Samples { count, values, passes, reset, .. } = samples;
    Samples { target, count: *count, values: values.clone(), passes: *passes, reset: *reset }
}

fn record(graph: &Graph, record: &graph::Record) -> Record {
    let of = match &record.of {
        graph::Recorded::View(view) => Recorded::Keys(keys(graph, view)),
        graph::Recorded::Projection(projection) => Recorded::Plastic(plastic_index(graph, *projection)),
        graph::Recorded::Reward(channel) => Recorded::Reward(*channel as u32),
    };
    Record {
        name: record.name.clone(),
        of,
        variable: record.variable,
        every: record.every,
        at: record.at.clone(),
    }
}

fn measure(graph: &Graph, measure: &graph::Measure) -> Measure {
    let graph::Measure { kind, name, of, labels, .. } = measure;
    Measure { kind: *kind, name: name.clone(), of: keys(graph, of), labels: labels.clone() }
}

/// Number of plastic projections before `projection`: its index in `Symbols::plastic`.
fn plastic_index(graph: &Graph, projection: usize) -> u32 {
    graph.projections[..projection].iter().filter(|p| p.rule.is_some()).count() as u32
}

/// The keys of a view.
fn keys(graph: &Graph, view: &View) -> KeyRun {
    let stride = match view.node {
        Node::Population(p) => graph.populations[p].tree.len() as u32,
        Node::Input(_) => 1,
    };
    let first = graph.view_keys(view).next().unwrap_or(Key(0));
    KeyRun { key: first, count: view.len() as u32, stride }
}
