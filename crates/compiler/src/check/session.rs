//! How the image is run: the same steps, samples, records and measures, with keys for views.

use image::{KeyRun, Recorded, SampleTarget};
use isa::ids::Key;
use network::graph::{self, Graph, View};

use super::finding::Findings;

/// What it must be: the image's session, key by key.
pub fn check(graph: &Graph, image: &image::Image, found: &mut Findings) {
    let (want, have) = (&graph.session, &image.session);
    found.same("session", || "the number of steps".into(), &want.steps, &have.steps);
    check_samples(graph, image, found);
    found.same("session", || "the number of records".into(), &want.records.len(), &have.records.len());
    for (want, have) in want.records.iter().zip(&have.records) {
        let name = &want.name;
        let fields = (&want.name, want.variable, want.every, &want.at);
        found.same(
            "session",
            || format!("record `{name}`"),
            &fields,
            &(&have.name, have.variable, have.every, &have.at),
        );
        if !is_same_record(graph, &want.of, &have.of) {
            found.broken("session", format!("record `{name}` is of something else"));
        }
    }
    found.same("session", || "the number of measures".into(), &want.measures.len(), &have.measures.len());
    for (want, have) in want.measures.iter().zip(&have.measures) {
        let graph::Measure { kind, name, of, labels, .. } = want;
        let same = (*kind, name, labels) == (have.kind, &have.name, &have.labels);
        if !same || !is_same(graph, of, have.of) {
            found.broken("session", format!("measure `{name}` is another"));
        }
    }
}

fn check_samples(graph: &Graph, image: &image::Image, found: &mut Findings) {
    let (Some(want), Some(have)) = (&graph.session.samples, &image.session.samples) else {
        let (want, have) = (graph.session.samples.is_some(), image.session.samples.is_some());
        return found.same("session", || "whether there are samples".into(), &want, &have);
    };
    let fields = (want.count, want.passes, want.reset, &want.values);
    found.same("session", || "samples".into(), &fields, &(have.count, have.passes, have.reset, &have.values));
    let same = match (want.target, have.target) {
        (graph::SampleTarget::Bias(view), SampleTarget::Bias(run))
        | (graph::SampleTarget::Spikes(view), SampleTarget::Spikes(run))
        | (graph::SampleTarget::SpikeTrains(view), SampleTarget::SpikeTrains(run))
        | (graph::SampleTarget::Rate(view), SampleTarget::Rate(run)) => is_same(graph, &view, run),
        _ => false,
    };
    if !same {
        found.broken("session", "samples set something else".into());
    }
}

fn is_same_record(graph: &Graph, want: &graph::Recorded, have: &Recorded) -> bool {
    match (want, have) {
        (graph::Recorded::View(view), Recorded::Keys(run)) => is_same(graph, view, *run),
        (graph::Recorded::Reward(channel), Recorded::Reward(have)) => *channel == *have as usize,
        (graph::Recorded::Projection(projection), Recorded::Plastic(have)) => {
            let plastic = graph.projections.iter().enumerate().filter(|(_, p)| p.rule.is_some());
            plastic.map(|(i, _)| i).nth(*have as usize) == Some(*projection)
        }
        _ => false,
    }
}

fn is_same(graph: &Graph, view: &View, run: KeyRun) -> bool {
    let keys: Vec<Key> = graph.view_keys(view).collect();
    keys.len() == run.count as usize && keys.into_iter().eq(run.keys())
}
