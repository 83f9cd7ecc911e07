//! The unit cases of the contract's vectors, on `isa::num` and on the functions of the reference.

use isa::draw::{Stream, StreamKey};
use isa::num;
use reference::compartment::{self, Inputs};
use reference::epoch::{self, History};
use reference::learning::{accumulate, result};
use reference::{CompartmentState, RewardState, Unit};
use seamount_tests::contract::expect::same;
use seamount_tests::contract::graph::trace;
use seamount_tests::contract::net::Homeo;
use seamount_tests::contract::units::{
    AccCase, HistoryCase, HistoryOutcome, UpdateCase, UpdateOutcome, homeostasis,
};
use seamount_tests::contract::{Case, all_hold, cases};
use trace::Counters;

/// The cases are tables: `f` of each row must be the value beside it.
fn table_holds<I, O>(file: &str, kind: &str, f: impl Fn(I) -> O)
where
    I: serde::de::DeserializeOwned,
    O: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    all_hold(&cases(file, kind), |case| {
        let given: Vec<I> = case.given();
        same(kind, &case.expected::<Vec<O>>(), &given.into_iter().map(&f).collect::<Vec<O>>())
    });
}

fn equal<T: PartialEq + std::fmt::Debug>(expected: &T, shown: &T) -> Result<(), String> {
    if expected == shown { Ok(()) } else { Err(format!("{expected:?} expected, {shown:?} shown")) }
}

#[test]
fn decays() {
    table_holds("C02_compartment", "decay", |(y, d): (i32, u32)| num::decay(y, d));
}

#[test]
fn noise_values() {
    table_holds("C05_noise", "noise_value", |(s, offset, e): (i32, u32, u32)| num::noise(s, offset, e));
}

#[test]
fn updates() {
    all_hold(&cases("C02_compartment", "update"), |case| {
        let given: UpdateCase = case.given();
        let (parameters, mut state) = (given.parameters(), given.start());
        let mut counters = Counters::default();
        let mut shown = UpdateOutcome {
            u: vec![],
            v: vec![],
            register: vec![],
            fire: vec![],
            counters: [0; 5],
            active: 0,
        };
        for &slot in &given.slots {
            let inputs = Inputs { slot, ..Inputs::default() };
            compartment::update(&parameters, &mut state, &inputs, &mut counters);
            shown.u.push(state.u);
            shown.v.push(state.v);
            shown.register.push(state.register);
            shown.fire.push(state.fired.into());
        }
        let c = counters;
        shown.counters = [c.q_wrap, c.u_wrap, c.x_wrap, c.v_limit, c.v_range];
        shown.active = c.updates_active;
        equal(&case.expected(), &shown)
    });
}

#[test]
fn homeostasis_at_an_epochs_end() {
    table_holds("C07_homeostasis", "homeo", |(a, vth, h, fires, r12): (i32, u32, Homeo, u32, u32)| {
        let mut state = CompartmentState { activity: a, vth, fires, ..CompartmentState::default() };
        epoch::adapt(&mut state, &homeostasis(&h), r12);
        (state.activity, state.vth)
    });
}

#[test]
fn rewards_at_an_epochs_end() {
    table_holds("C11_learning_networks", "reward", |(r1, sum, d, draws): (i32, i64, u32, Vec<u32>)| {
        let mut state = RewardState { r0: 0, r1, sum };
        epoch::reward(&mut state, d, draws.len() as u32, |s| draws[s as usize - 1]);
        (state.r0, state.r1)
    });
}

#[test]
fn histories() {
    all_hold(&cases("C09_traces", "history"), |case| {
        let given: HistoryCase = case.given();
        match given.profile.len() {
            2 => unit_holds::<2>(case, &given, Stream::Pre),
            3 => unit_holds::<3>(case, &given, Stream::Post),
            n => Err(format!("{n} traces")),
        }
    });
}

fn unit_holds<const N: usize>(case: &Case, given: &HistoryCase, stream: Stream) -> Result<(), String> {
    assert_eq!(given.stream, stream as u32);
    let profile = std::array::from_fn(|i| trace(given.profile[i]));
    let mut unit: Unit<N> = Unit { x: std::array::from_fn(|i| given.x[i]), at: 0 };
    let draw = |s, b| StreamKey::new(given.seed, stream, given.e, s).draw(given.key, b);
    for &s in &given.events {
        match stream {
            Stream::Pre => unit.event(s, &profile, |i| draw(s, 0).pre_extra_bits(i)),
            _ => unit.event(s, &profile, |i| draw(s, 1).post_extra_bits(i)),
        }
    }
    let history = History::new(&unit, &profile, given.epoch, |s, i| match stream {
        Stream::Pre => epoch::pre_bits(draw(s, 0), i),
        _ => epoch::post_bits(draw(s, 0), i),
    });
    let shown = HistoryOutcome {
        x: unit.x.to_vec(),
        tx: unit.at,
        history: (1..=given.epoch).map(|s| history.at(s).to_vec()).collect(),
    };
    equal(&case.expected(), &shown)
}

#[test]
fn sums_of_products() {
    all_hold(&cases("C10_sum_of_products", "acc"), |case| {
        let given: AccCase = case.given();
        let shown: Vec<Vec<i32>> = (given.rows.iter())
            .map(|row| {
                let (target, z) = row.target();
                let mut after = accumulate(z, &row.terms(), &row.moment());
                let acc = *after.last().expect("a term");
                after.push(result(target, acc, &row.bounds(), row.draw()));
                after
            })
            .collect();
        same("row", &case.expected::<Vec<Vec<i32>>>(), &shown)
    });
}
