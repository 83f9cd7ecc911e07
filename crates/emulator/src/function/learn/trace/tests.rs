//! Traces of single units against the vectors of the contract (C09).

use serde_json::Value;

use super::super::super::vectors::{cases, int, ints};
use super::*;

/// Runs one epoch of one unit; (values and last before the end, history by step).
fn epoch<const N: usize>(input: &Value, level: Level) -> (Vec<i64>, i64, Vec<Vec<i64>>) {
    let steps = int(&input["T"]) as u32;
    let profile: Vec<TraceProfile> = input["profile"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trace| {
            let [impulse, fraction, decay] = ints(trace)[..] else { panic!("{trace} is a trace") };
            TraceProfile { impulse: impulse as u32, fraction: fraction as u32, decay: decay as u32 }
        })
        .collect();
    let profile: [TraceProfile; N] = profile.try_into().unwrap();
    // A second unit at rest shows that units do not mix.
    let mut traces = Traces::<N>::new(vec![1, int(&input["key"]) as u32], vec![profile; 2], steps);
    let initial: Vec<u8> = ints(&input["x"]).into_iter().map(|x| x as u8).collect();
    traces.set(1, initial.try_into().unwrap(), 0);
    let clock = Clock { seed: int(&input["seed"]) as u32, epoch: int(&input["e"]) as u32, steps, level };
    for s in ints(&input["events"]) {
        traces.event(clock, 1, s as u32);
        traces.event(clock, 1, s as u32);
    }
    let read = |of: &[Vec<u8>; N], at: usize| of.iter().map(|x| i64::from(x[at])).collect::<Vec<_>>();
    let (values, last) = (read(&traces.values, 1), traces.last[1].into());
    traces.advance(clock, &mut Vec::new());
    let history = (0..steps as usize).map(|s| read(&traces.history, 2 * s + 1)).collect();
    assert!((0..steps as usize).all(|s| read(&traces.history, 2 * s) == vec![0; N]));
    traces.finish();
    assert_eq!(traces.last[1], 0);
    (values, last, history)
}

#[test]
fn vectors_of_histories() {
    for case in cases("C09_traces", "history") {
        let (input, out) = (&case["in"], &case["out"]);
        for level in Level::supported() {
            let (x, last, history) = match int(&input["stream"]) {
                1 => epoch::<2>(input, level),
                _ => epoch::<3>(input, level),
            };
            let expected: Vec<Vec<i64>> = out["H"].as_array().unwrap().iter().map(ints).collect();
            assert_eq!((x, last), (ints(&out["x"]), int(&out["tx"])), "{}", case["name"]);
            assert_eq!(history, expected, "{}", case["name"]);
        }
    }
}

#[test]
fn units_at_rest_leave_the_list_and_their_history() {
    let profile = [TraceProfile { impulse: 3, fraction: 0, decay: 4096 }; 2];
    let mut traces = Traces::<2>::new(vec![5, 6], vec![profile; 2], 3);
    let clock = Clock { seed: 1, epoch: 1, steps: 3, level: Level::detect() };
    traces.event(clock, 0, 2);
    traces.advance(clock, &mut Vec::new());
    assert_eq!(traces.history[0], [0, 0, 3, 0, 0, 0]);
    traces.finish();
    assert!(traces.live.is_empty() && !traces.is_live(0));
    assert_eq!(traces.history[0], [0; 6]);
}
