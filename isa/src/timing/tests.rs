//! Calibrations that ship are whole; others are refused with their reason.

use super::{Barrier, SHIPPED, Timing, TimingError};

fn edited(name: &str, edit: impl Fn(&mut Timing)) -> Result<(), String> {
    let mut timing = Timing::shipped(name).unwrap();
    edit(&mut timing);
    timing.check().map_err(|e| e.to_string())
}

#[test]
fn shipped_calibrations_are_legal_and_print_as_themselves() {
    for (name, text) in SHIPPED {
        let timing = Timing::from_toml(text).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(&timing.name, name);
        assert_eq!(Timing::from_toml(&timing.to_toml().unwrap()).unwrap(), timing);
    }
}

#[test]
fn published_latencies_are_met() {
    let t = Timing::shipped("loihi1-davies2018").unwrap();
    let stages = t.router.rc + t.router.sa + t.router.st;
    let ps = |cycles: u32| cycles * t.clock_ps;
    let cases = [
        (ps(1 + t.link.local + stages + t.link.local), 2100, "within-tile spike"),
        (ps(stages + t.link.east_west), 4100, "hop E-W"),
        (ps(stages + t.link.north_south), 6500, "hop N-S"),
        (ps(t.core.synapse.dense), 3500, "synaptic operation"),
        (ps(t.core.soma.active), 8400, "active update"),
        (ps(t.core.soma.inactive), 5300, "inactive update"),
        (ps(t.core.learning.base + 2 * t.core.learning.term + 4 * t.core.learning.factor), 6100, "STDP"),
    ];
    for (ours, published, what) in cases {
        assert!(ours.abs_diff(published) * 1000 <= published * 25, "{what}: {ours} ps for {published}");
    }
    assert_eq!(t.empty_step(), 7);
    assert_eq!(t.remainder(), 316);
}

#[test]
fn what_no_machine_could_do_is_refused() {
    let refused = [
        edited("loihi1-davies2018", |t| t.router.vcs = 2),
        edited("loihi1-davies2018", |t| t.link.interval = [2, 3]),
        edited("loihi1-davies2018", |t| t.router.buffer = 0),
        edited("loihi1-davies2018", |t| t.link.east_west = 0),
        edited("loihi1-davies2018", |t| t.barrier = Barrier::Marker { base: 6, hop: 0, phases: 2 }),
        edited("loihi1-nahuku", |t| t.barrier = Barrier::Table { rows: vec![[2, 5]] }),
        edited("noc-reference", |t| t.nets = 3),
        edited("noc-reference", |t| drop(t.provenance.remove("fifo"))),
        edited("noc-reference", |t| t.name = " ".into()),
        edited("loihi1-nahuku", |t| t.provenance.values_mut().for_each(|o| o.error_permille = Some(1001))),
        edited("loihi1-nahuku", |t| {
            t.barrier = Barrier::Table { rows: vec![[1, 1 << 20], [2, (1 << 20) + 1]] }
        }),
        edited("loihi1-davies2018", |t| t.core.learning.factor = (1 << 20) + 1),
    ];
    let text: Vec<String> = refused.into_iter().map(|r| r.expect_err("refused")).collect();
    assert!(text[0].contains("a marker would overtake spikes"), "{}", text[0]);
    assert!(text[1].contains("p >= q >= 1"), "{}", text[1]);
    assert!(text[2].contains("router.buffer = 0, but 1..="), "{}", text[2]);
    assert!(text[4].contains("barrier.base = 6, but 7..="), "{}", text[4]);
    assert!(text[7].contains("fifo.axon_in: no origin"), "{}", text[7]);
    assert!(text[8].contains("name = \" \""), "{}", text[8]);
    assert!(text[9].contains("error_permille above 1000"), "{}", text[9]);
    assert!(text[10].contains("at most 1048576 cycles"), "{}", text[10]);
    assert!(text[11].contains("core.learning.factor = 1048577, but 0..=1048576"), "{}", text[11]);
    assert_eq!(edited("noc-reference", |t| t.router.vcs = 4), Ok(()));
    assert_eq!(edited("loihi1-davies2018", |t| t.core.learning.factor = 1 << 20), Ok(()));
    assert_eq!(edited("loihi1-nahuku", |t| t.router.vcs = 2), Ok(()));
}

#[test]
fn unknown_names_and_fields_are_told() {
    assert!(matches!(Timing::shipped("loihi3"), Err(TimingError::Unknown(..))));
    assert!(matches!(Timing::from_toml("name = 1"), Err(TimingError::Syntax(_))));
    let extra = SHIPPED[2].1.replace("nets = 1", "nets = 1\nspeed = 3");
    assert!(matches!(Timing::from_toml(&extra), Err(TimingError::Syntax(_))));
}

#[test]
fn the_barrier_table_takes_the_last_row_that_fits() {
    let t = Timing::shipped("loihi1-nahuku").unwrap();
    let cycles: Vec<u32> = [1, 2, 3, 4, 28, 29, 1000].map(|tiles| t.table_cycles(tiles)).to_vec();
    assert_eq!(cycles, [6000, 10000, 10000, 14000, 14000, 18000, 18000]);
}
