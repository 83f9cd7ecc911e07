//! Probes as one writes them on the command line: `res[0..8].{u,v}`, `cells.dendrite.v`, `exc->exc.weight every 100`,
//! `out.v at 5, 7`.

use image::{KeyRun, NodeSymbol, Record, Recorded, Symbols};
use isa::ids::Key;
use isa::op::Variable;

use super::names;
use crate::failure::Failure;
use crate::nearest::nearest;
use crate::number;

const EXAMPLE: &str = "a probe reads `name[range].variable`, e.g. `out.spikes`, `out[0..8].{u,v}`, `a->b.weight every 100`, `out.v at 5, 7`";

/// The records that a probe names.
pub fn records(text: &str, symbols: &Symbols) -> Result<Vec<Record>, Failure> {
    let refuse = |what: String| Failure::user(format!("probe `{text}`: {what}"));
    let When { body, every, at } = when(text).map_err(|(what, help)| refuse(what).help(help))?;
    let (thing, variables) =
        body.rsplit_once('.').ok_or_else(|| refuse("no variable".into()).help(EXAMPLE))?;
    let variables = braces(variables).map_err(|what| refuse(what.into()).help(EXAMPLE))?;
    let variables = variables.split(',').map(str::trim);
    let of = whose(thing.trim(), symbols).map_err(|(what, help)| {
        let failure = refuse(what);
        if help.is_empty() { failure } else { failure.help(help) }
    })?;
    let record = |name: &str| {
        let known = Variable::ALL.iter().map(|v| v.name());
        let variable = Variable::from_name(name).ok_or_else(|| {
            let known = known.clone().collect::<Vec<_>>();
            refuse(format!("no variable `{name}`")).help(nearest(name, &known))
        })?;
        if let (Recorded::Keys(run), false) = (of, variable == Variable::Spikes)
            && let Some(input) = symbols.inputs.iter().find(|node| names::contains(node, run.key))
        {
            let mut failure =
                refuse(format!("`{}` is an input: it has spikes, and no {variable}", input.name));
            failure.findings[0].code = Some("E0059".into());
            return Err(failure.help(format!("`{}.spikes` records them", thing.trim())));
        }
        fits(variable, &of).map_err(|what| refuse(what.into()))?;
        Ok(Record { name: format!("{}.{variable}", thing.trim()), of, variable, every, at: at.clone() })
    };
    variables.map(record).collect()
}

/// What is wrong with records that a run of `steps` steps, or its samples of so many, never comes to.
pub fn never(records: &[Record], steps: u32) -> Vec<String> {
    let what = |record: &Record| {
        let late: Vec<String> =
            record.at.iter().filter(|at| **at > steps).map(|step| format!("step {step}")).collect();
        match (record.at.is_empty(), late.is_empty()) {
            (true, _) if record.every > steps => {
                Some(format!("every {}, but the last step is {steps}: nothing is recorded", record.every))
            }
            (false, false) => {
                let comes = if late.len() == 1 { "comes" } else { "come" };
                Some(format!(
                    "{} {comes} after the last, {steps}: nothing is recorded there",
                    late.join(", ")
                ))
            }
            _ => None,
        }
    };
    records.iter().filter_map(|record| Some(format!("`{}`: {}", record.name, what(record)?))).collect()
}

/// What a probe is of, its period, and its chosen steps where there are some.
struct When<'t> {
    body: &'t str,
    every: u32,
    at: Vec<u32>,
}

/// Takes `every 10`, `@10` or `at 5, 7` from the end of a probe.
fn when(text: &str) -> Result<When<'_>, Refusal> {
    let one = |step: &str| {
        let help = "every tenth step: `every 10` or `@10`; chosen steps: `at 5, 7`";
        number::steps(step.trim()).map_err(|why| (format!("`{}`: {why}", step.trim()), help.into()))
    };
    if let Some((body, steps)) = text.rsplit_once(" at ") {
        let mut at = steps.split(',').map(one).collect::<Result<Vec<u32>, _>>()?;
        at.sort_unstable();
        at.dedup();
        return Ok(When { body, every: 1, at });
    }
    let period = text.rsplit_once(" every ").or_else(|| text.rsplit_once('@'));
    match period {
        Some((_, steps)) if steps.contains(',') => Err((
            format!("`{}` is no period", steps.trim()),
            format!("for chosen steps say `at {}`", steps.trim()),
        )),
        Some((body, every)) => Ok(When { body, every: one(every)?, at: Vec::new() }),
        None => Ok(When { body: text, every: 1, at: Vec::new() }),
    }
}

/// What stands between braces, or the text itself where there are none.
fn braces(text: &str) -> Result<&str, &'static str> {
    let text = text.trim();
    let inside = match (text.strip_prefix('{'), text.strip_suffix('}')) {
        (Some(_), Some(_)) => &text[1..text.len() - 1],
        (None, None) => text,
        (Some(_), None) => return Err("`{` without `}`"),
        (None, Some(_)) => return Err("`}` without `{`"),
    };
    if inside.contains(['{', '}']) { Err("one pair of `{ }` at most") } else { Ok(inside) }
}

/// Whether such a thing has that variable.
fn fits(variable: Variable, of: &Recorded) -> Result<(), &'static str> {
    use Variable::{Activity, Delay, R0, R1, Spikes, Tag, U, V, VRegister, Vth, Weight, X1, X2, Y1, Y2, Y3};
    let good = match variable {
        Spikes | U | V | VRegister | Vth | Activity => matches!(of, Recorded::Keys(_)),
        Y1 | Y2 | Y3 => !matches!(of, Recorded::Reward(_)),
        Weight | Delay | Tag | X1 | X2 => matches!(of, Recorded::Plastic(_)),
        R0 | R1 => matches!(of, Recorded::Reward(_)),
    };
    let what = "that variable belongs to something else: spikes, u, v, v_register, vth, activity, y1, y2, y3 to neurons; \
                weight, delay, tag, x1, x2, y1, y2, y3 to plastic projections; r0, r1 to reward channels";
    if good { Ok(()) } else { Err(what) }
}

/// What is wrong, and a way out, maybe empty.
type Refusal = (String, String);

fn whose(thing: &str, symbols: &Symbols) -> Result<Recorded, Refusal> {
    if let Some(index) = symbols.rewards.iter().position(|name| name == thing) {
        return Ok(Recorded::Reward(index as u32));
    }
    if let Some(index) = symbols.projections.iter().position(|name| name == thing) {
        let plastic = symbols.plastic.iter().position(|p| p.projection as usize == index);
        let help = "give the projection a rule to record it";
        return plastic
            .map(|p| Recorded::Plastic(p as u32))
            .ok_or_else(|| (format!("the synapses of `{thing}` do not learn"), help.into()));
    }
    let (name, rest) = thing.split_at(thing.find(['[', '.']).unwrap_or(thing.len()));
    let node = names::nodes(symbols).find(|node| node.name == name).ok_or_else(|| {
        let nodes = names::nodes(symbols).map(|node| node.name.as_str());
        let all = symbols.rewards.iter().chain(&symbols.projections).map(String::as_str);
        (format!("nothing is called `{name}`"), nearest(name, &nodes.chain(all).collect::<Vec<_>>()))
    })?;
    keys(node, rest).map(Recorded::Keys)
}

/// The keys of `[range].compartment` of a node; both parts may be missing.
fn keys(node: &NodeSymbol, rest: &str) -> Result<KeyRun, Refusal> {
    let (range, compartment) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or_else(|| ("`[` without `]`".into(), EXAMPLE.into()))?,
        None => ("", rest),
    };
    let (start, end) = bounds(range, node.size).ok_or_else(|| {
        (format!("`[{range}]` is no range of the {} of `{}`", node.size, node.name), String::new())
    })?;
    let compartment = match compartment.strip_prefix('.') {
        None => root(node)?,
        Some(name) => node.compartments.iter().position(|c| c == name).ok_or_else(|| {
            let known = node.compartments.iter().map(String::as_str).collect::<Vec<_>>();
            (format!("`{}` has no compartment `{name}`", node.name), nearest(name, &known))
        })?,
    };
    let all = names::run(node, compartment);
    Ok(KeyRun { key: Key(all.key.0 + start * all.stride), count: end - start, ..all })
}

/// The compartment meant where none is named: the only one, or the one called soma.
fn root(node: &NodeSymbol) -> Result<usize, Refusal> {
    if node.compartments.len() <= 1 {
        return Ok(0);
    }
    node.compartments.iter().position(|name| name == "soma").ok_or_else(|| {
        (format!("which compartment of `{}`?", node.name), format!("it has {}", node.compartments.join(", ")))
    })
}

/// `3`, `0..8`, `..8`, `2..` or nothing, half open; none if empty or outside.
fn bounds(range: &str, size: u32) -> Option<(u32, u32)> {
    let number = |text: &str, default| if text.is_empty() { Some(default) } else { text.trim().parse().ok() };
    let (start, end) = match range.split_once("..") {
        Some((start, end)) => (number(start, 0)?, number(end, size)?),
        None if range.is_empty() => (0, size),
        None => number(range, 0).and_then(|i: u32| Some((i, i.checked_add(1)?)))?,
    };
    (start < end && end <= size).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<Record>, String> {
        records(text, &names::tests::symbols()).map_err(|f| {
            let finding = &f.findings[0];
            [finding.message.clone()].into_iter().chain(finding.help.clone()).collect::<Vec<_>>().join(" | ")
        })
    }

    fn run(key: u32, count: u32, stride: u32) -> Recorded {
        Recorded::Keys(KeyRun { key: Key(key), count, stride })
    }

    #[test]
    fn ranges_and_several_variables() {
        let records = of("out[1..3].{u,v}@10").unwrap();
        assert_eq!(records.iter().map(|r| r.variable).collect::<Vec<_>>(), [Variable::U, Variable::V]);
        assert_eq!((records[0].of, records[0].every), (run(1, 2, 1), 10));
        assert_eq!(of("cells.v").unwrap()[0].of, run(5, 3, 2));
        assert_eq!(of("cells[2].dendrite.v").unwrap()[0].of, run(8, 1, 2));
        assert_eq!(of("in.spikes").unwrap()[0].of, run(10, 2, 1));
        assert_eq!(of("out->cells.weight").unwrap()[0].of, Recorded::Plastic(0));
    }

    #[test]
    fn periods_and_chosen_steps() {
        let when = |text: &str| of(text).map(|records| (records[0].every, records[0].at.clone()));
        for text in ["out.v@10", "out.v every 10", "out.v every 1e1"] {
            assert_eq!(when(text), Ok((10, vec![])), "{text}");
        }
        assert_eq!(when("out.{u,v} at 100, 7,5,7"), Ok((1, vec![5, 7, 100])));
        assert!(
            when("out.v@5,7").unwrap_err().ends_with("`5,7` is no period | for chosen steps say `at 5,7`")
        );
        for bad in
            ["out.v at 0", "out.v at 5,", "out.v every -1", "out.v@x", "out.{{{v", "out.{u},v}", "out.v}"]
        {
            assert!(when(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn refusals_name_the_way_out() {
        assert_eq!(of("uot.v").unwrap_err(), "probe `uot.v`: nothing is called `uot` | did you mean `out`?");
        assert!(of("out.w").unwrap_err().starts_with("probe `out.w`: no variable `w`"));
        assert!(of("in->out.weight").unwrap_err().contains("do not learn | give the projection a rule"));
        assert!(of("out[4].v").unwrap_err().contains("`[4]` is no range of the 4 of `out`"));
        assert!(of("out[3..3].v").is_err() && of("out").is_err() && of("out.v@0").is_err());
        assert!(of("out.r1").unwrap_err().contains("belongs to something else"));
        let input =
            "probe `in[0].v`: `in` is an input: it has spikes, and no v | `in[0].spikes` records them";
        assert_eq!(of("in[0].v").unwrap_err(), input);
        for bad in ["in.u", "in.vth", "in.{spikes,v_register}", "in.y1"] {
            let failure = records(bad, &names::tests::symbols()).unwrap_err();
            assert_eq!(failure.findings[0].code.as_deref(), Some("E0059"), "{bad}");
        }
    }

    #[test]
    fn records_that_never_happen() {
        let never = |text: &str| never(&records(text, &names::tests::symbols()).unwrap(), 10);
        assert_eq!(
            never("out.v at 5, 11"),
            ["`out.v`: step 11 comes after the last, 10: nothing is recorded there"]
        );
        assert_eq!(never("out.{u,v} every 20").len(), 2);
        assert!(
            never("out.v").is_empty()
                && never("out.v every 10").is_empty()
                && never("out.v at 10").is_empty()
        );
    }
}
