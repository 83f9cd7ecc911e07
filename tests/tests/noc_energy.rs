//! Energy is counts times a table, and the counts are those of the work: both recounted here, femtojoule by femtojoule
//! (timing.md 3.5, invariant 11).

use std::collections::BTreeMap;

use emulator::time::energy::Energy;
use emulator::time::mesh::NoLog;
use emulator::time::mesh::sparse::Sparse;
use emulator::time::pipeline::{StepReport, Timed};
use emulator::{CoreWork, Message, Observer, StepWork};
use isa::ids::{CoreId, Step};
use isa::op::AxonKind;
use isa::timing::{self, Timing};
use seamount_tests::noc::random::Numbers;
use seamount_tests::noc::units::cases::Case;

/// Femtojoules of each kind of event.
fn table(n: &mut Numbers) -> timing::Energy {
    let mut some = || n.below(200_000);
    timing::Energy {
        soma_inactive: some(),
        soma_active: some(),
        spike: some(),
        axon_out: some(),
        axon_in: some(),
        synapse_sparse: some(),
        synapse_run_length: some(),
        synapse_dense: some(),
        learning: some(),
        local: some(),
        hop_east_west: some(),
        hop_north_south: some(),
        chip_link: some(),
        clock: some(),
        static_uw: some(),
    }
}

/// Column and row of a core, over the whole board, by the raster of contract.md: chips, then tiles, then cores.
fn tile(case: &Case, core: CoreId) -> [u32; 2] {
    let (mesh, board) = (case.chip.mesh, case.chip.board);
    let tile = core.0 / case.chip.cores_per_tile;
    let (chip, tile) = (tile / (mesh.width * mesh.height), tile % (mesh.width * mesh.height));
    [
        chip % board.width * mesh.width + tile % mesh.width,
        chip / board.width * mesh.height + tile / mesh.width,
    ]
}

/// Network and reading of a message.
fn message(case: &Case, table: &timing::Energy, from: [u32; 2], message: &Message) -> Energy {
    let to = tile(case, message.core);
    let [chip_width, chip_height] = [case.chip.mesh.width, case.chip.mesh.height];
    let links = (from[0] / chip_width).abs_diff(to[0] / chip_width)
        + (from[1] / chip_height).abs_diff(to[1] / chip_height);
    let flits = if links > 0 || message.kind == AxonKind::Pop32 { 2 } else { 1 };
    let way = u64::from(table.local)
        + u64::from(from[0].abs_diff(to[0])) * u64::from(table.hop_east_west)
        + u64::from(from[1].abs_diff(to[1])) * u64::from(table.hop_north_south)
        + u64::from(links) * u64::from(table.chip_link);
    let reads = [
        (message.reads.sparse, table.synapse_sparse),
        (message.reads.run_length, table.synapse_run_length),
        (message.reads.dense, table.synapse_dense),
    ];
    Energy {
        axon: table.axon_in.into(),
        synapse: reads.iter().map(|(count, each)| u64::from(*count) * u64::from(*each)).sum(),
        network: flits * way,
        ..Energy::default()
    }
}

/// Sweep, learning and messages of a core.
fn core(case: &Case, table: &timing::Energy, work: &CoreWork) -> Energy {
    let mut energy = Energy::default();
    for active in &work.active {
        energy.soma += u64::from(if *active { table.soma_active } else { table.soma_inactive });
    }
    energy.soma += work.fires.len() as u64 * u64::from(table.spike);
    for learned in &work.learning {
        energy.learning += u64::from(learned.synapses) * u64::from(table.learning);
    }
    for sent in &work.sent {
        energy.axon += u64::from(table.axon_out);
        energy += message(case, table, tile(case, work.core), sent);
    }
    energy
}

/// What a step must take: its cores' work, and the host's messages of the next step, which travel in it.
fn expected(case: &Case, timing: &Timing, step: &StepReport) -> Energy {
    let (table, at) = (&timing.energy, step.step.0 as usize);
    let work = |step: usize| -> Option<&StepWork> { case.work.get(step.checked_sub(1)?) };
    let mut energy = Energy::default();
    for work in work(at).into_iter().flat_map(|work| &work.cores) {
        energy += core(case, table, work);
    }
    for sent in work(at + 1).into_iter().flat_map(|work| &work.host) {
        energy += message(case, table, [0, 0], sent);
    }
    let chips = u64::from(case.chip.board.width * case.chip.board.height);
    energy.clock = step.cycles * case.cores().len() as u64 * u64::from(table.clock);
    // Picoseconds times microwatts are 10^-18 J: a thousandth of a femtojoule.
    energy.at_rest = step.cycles * u64::from(timing.clock_ps) * u64::from(table.static_uw) * chips / 1000;
    energy
}

#[test]
fn every_femtojoule_of_a_step_is_a_count_times_its_price() {
    let mut spent: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..400 {
        let case = Case::of(seed ^ 0xe_0000);
        let mut n = Numbers(seed);
        let mut timing = case.timing.clone();
        (timing.energy, timing.clock_ps) = (table(&mut n), n.within(100, 1000));
        let mut timed =
            Timed::<Sparse>::new(&case.chip, &timing, &case.cores(), NoLog).expect("it can be timed");
        (1..).zip(&case.work).for_each(|(step, work)| timed.step(Step(step), work));
        timed.end().expect("it ends");
        assert_eq!(timed.steps().len(), case.work.len() + 1);
        for step in timed.steps() {
            let energy = expected(&case, &timing, step);
            assert_eq!(step.energy, energy, "seed {seed}, {:?}", step.step);
            let parts = energy.rows().into_iter().filter(|(part, _)| *part != "at_rest");
            assert_eq!(step.energy.dynamic(), parts.map(|(_, each)| each).sum::<u64>(), "seed {seed}");
            energy.rows().into_iter().for_each(|(part, each)| *spent.entry(part).or_default() += each);
        }
    }
    println!("{spent:?}");
    assert!(spent.values().all(|part| *part > 1_000_000) && spent.len() == 7, "{spent:?}");
}
