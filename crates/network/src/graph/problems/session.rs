//! Runs: samples, records, measures.

use isa::op::{MeasureKind, Variable};

use super::{List, check_view};
use crate::graph::{Graph, Measure, Node, Record, Recorded, SampleTarget, Samples, View};

pub(super) fn check(graph: &Graph, list: &mut List) {
    if let Some(samples) = &graph.session.samples {
        check_samples(graph, samples, list);
    }
    for record in &graph.session.records {
        check_record(graph, record, list);
    }
    for measure in &graph.session.measures {
        check_measure(graph, measure, list);
    }
}

fn check_samples(graph: &Graph, samples: &Samples, list: &mut List) {
    list.at(samples.span);
    let steps = u64::from(graph.session.steps);
    let (view, rows, (low, high)) = match samples.target {
        SampleTarget::Bias(view) => (view, 1, (-4096, 4095)),
        SampleTarget::Spikes(view) => (view, 1, (0, i32::MAX)),
        SampleTarget::SpikeTrains(view) => (view, steps, (0, i32::MAX)),
        SampleTarget::Rate(view) => (view, 1, (0, 1 << 16)),
    };
    if !check_view(graph, &view, "samples", list) {
        return;
    }
    let is_bias = matches!(samples.target, SampleTarget::Bias(_));
    if is_bias != matches!(view.node, Node::Population(_)) {
        let needs = if is_bias { "a population" } else { "an input" };
        list.add("E0059", format!("samples of this kind are given to {needs}"));
    }
    if view.is_empty() || rows == 0 {
        list.add("E0059", "samples set nothing: the view is empty, or trains have no steps".into());
    }
    let want = (view.len() as u64).saturating_mul(rows).saturating_mul(samples.count.into());
    if samples.values.len() as u64 != want {
        list.add(
            "E0042",
            format!("samples: {} values, {} samples need {want}", samples.values.len(), samples.count),
        );
    }
    if let Some(value) = samples.values.iter().find(|v| !(low..=high).contains(*v)) {
        list.range("samples: a value", (*value).into(), (low.into(), high.into()));
    }
}

fn check_record(graph: &Graph, record: &Record, list: &mut List) {
    list.at(record.span);
    let thing = format!("record `{}`", record.name);
    if record.at.first() == Some(&0) || !record.at.is_sorted_by(|a, b| a < b) {
        list.add("E0041", format!("{thing}: chosen steps ascend, from 1"));
    }
    list.range(&format!("{thing}: every"), record.every.into(), (1, u32::MAX.into()));
    let fits = match record.of {
        Recorded::View(view) => {
            check_view(graph, &view, &thing, list).then(|| of_view(&view, record.variable))
        }
        Recorded::Projection(p) => match graph.projections.get(p) {
            None => {
                list.add("E0056", format!("{thing}: there is no projection {p}"));
                None
            }
            Some(projection) if projection.rule.is_none() => {
                list.add(
                    "E0059",
                    format!(
                        "{thing}: projection `{}` does not learn, nothing of it changes",
                        projection.name
                    ),
                );
                None
            }
            Some(_) => Some(of_synapse(record.variable)),
        },
        Recorded::Reward(r) if r >= graph.rewards.len() => {
            list.add("E0056", format!("{thing}: there is no reward channel {r}"));
            None
        }
        Recorded::Reward(_) => Some(matches!(record.variable, Variable::R0 | Variable::R1)),
    };
    if fits == Some(false) {
        let what = match record.of {
            Recorded::View(view) if is_population(&view) => {
                "neurons have spikes, u, v, v_register, vth, activity, y1, y2, y3; x1, x2, weight, delay, tag are of projections that learn: `a->b.x1`"
            }
            Recorded::View(_) => "inputs have spikes; x1, x2 are of projections that learn: `a->b.x1`",
            Recorded::Projection(_) => {
                "projections have weight, delay, tag, x1, x2; y1, y2, y3 are of their targets"
            }
            Recorded::Reward(_) => "reward channels have r0, r1",
        };
        list.add("E0059", format!("{thing}: {} is no variable of it", record.variable)).help(what);
    }
}

fn of_synapse(variable: Variable) -> bool {
    matches!(variable, Variable::Weight | Variable::Delay | Variable::Tag | Variable::X1 | Variable::X2)
}

fn of_view(view: &View, variable: Variable) -> bool {
    match variable {
        Variable::Spikes => true,
        Variable::U | Variable::V | Variable::VRegister | Variable::Vth | Variable::Activity => {
            is_population(view)
        }
        Variable::Y1 | Variable::Y2 | Variable::Y3 => is_population(view),
        Variable::Weight | Variable::Delay | Variable::Tag => false,
        Variable::X1 | Variable::X2 | Variable::R0 | Variable::R1 => false,
    }
}

fn is_population(view: &View) -> bool {
    matches!(view.node, Node::Population(_))
}

fn check_measure(graph: &Graph, measure: &Measure, list: &mut List) {
    let Measure { kind, name, of, labels, span } = measure;
    list.at(*span);
    let thing = format!("measure `{name}`");
    if !check_view(graph, of, &thing, list) {
        return;
    }
    if !is_population(of) {
        list.add("E0059", format!("{thing}: {kind} is measured of a population"));
    }
    let samples = graph.session.samples.as_ref().map_or(0, |s| s.count as usize);
    if labels.len() != samples {
        list.add("E0059", format!("{thing}: {} labels for {samples} samples", labels.len()));
    }
    let classes = of.len();
    let beyond = |l: &&u32| **l as usize >= classes && *kind == MeasureKind::Accuracy;
    if let Some(label) = labels.iter().find(beyond) {
        list.add("E0059", format!("{thing}: label {label}, but there are {classes} outputs"));
    }
}
