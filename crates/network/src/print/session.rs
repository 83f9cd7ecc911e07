//! Runs, samples, records and measures as text.

use super::{line, list, view};
use crate::graph::{Graph, Measure, Recorded, SampleTarget, Samples};
use crate::text::token::{name, quote};

pub(super) fn session(graph: &Graph, out: &mut String) {
    let session = &graph.session;
    if session.steps != 0 {
        line(out, &format!("run {}", session.steps));
    }
    if let Some(samples) = &session.samples {
        line(out, &samples_text(graph, samples));
    }
    for record in &session.records {
        let of = match record.of {
            Recorded::View(v) => view(graph, &v),
            Recorded::Projection(p) => format!("projection({p})"),
            Recorded::Reward(r) => name(&graph.rewards[r].name),
        };
        let auto = format!("{of}.{}", record.variable);
        let named = if auto == record.name { String::new() } else { format!(" as {}", quote(&record.name)) };
        let steps: Vec<String> = record.at.iter().map(u32::to_string).collect();
        let when = match record.every {
            _ if !steps.is_empty() => format!(" at {}", steps.join(", ")),
            1 => String::new(),
            every => format!(" every {every}"),
        };
        line(out, &format!("record {auto}{named}{when}"));
    }
    for Measure { kind, name, of, labels, .. } in &session.measures {
        let named = if name == kind.name() { String::new() } else { format!(" as {}", quote(name)) };
        line(out, &format!("measure {kind}({}, {}){named}", view(graph, of), list(labels.iter())));
    }
}

fn samples_text(graph: &Graph, s: &Samples) -> String {
    let (what, v) = match s.target {
        SampleTarget::Bias(v) => ("bias", v),
        SampleTarget::Spikes(v) => ("spikes", v),
        SampleTarget::SpikeTrains(v) => ("trains", v),
        SampleTarget::Rate(v) => ("rate", v),
    };
    let width = s.values.len() / (s.count as usize).max(1);
    let rows = s.values.chunks(width.max(1)).map(|row| list(row.iter()));
    let reset = if s.reset { " reset" } else { "" };
    let passes = if s.passes == 1 { String::new() } else { format!(" passes {}", s.passes) };
    format!("samples {}.{what} = {}{passes}{reset}", view(graph, &v), list(rows))
}
