//! The log of links: waits add up to what packets take longer than on an empty mesh, and flits to their hops.

use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{Cycle, LinkUse, Links, Shape, Size, port};
use emulator::time::pipeline::{Timed, Totals};
use emulator::{CoreWork, Message, Observer, StepWork};
use isa::chip::ChipDescription;
use isa::ids::{CoreId, Step};
use isa::op::AxonKind;
use isa::timing::Timing;
use seamount_tests::noc::random::Numbers;
use seamount_tests::noc::work::{board, firing, message, random, sweeper};

fn play(chip: &ChipDescription, timing: &Timing, work: &[StepWork]) -> (Links, Totals, Shape) {
    let shape = Shape::new(Size::of(chip), timing).expect("a mesh");
    let cores: Vec<CoreId> = work[0].cores.iter().map(|core| core.core).collect();
    let mut timed =
        Timed::<Sparse, Links>::new(chip, timing, &cores, Links::new(&shape)).expect("it can be timed");
    for (step, work) in (1..).zip(work) {
        timed.step(Step(step), work);
    }
    let (steps, links) = timed.finish().expect("it ends");
    (links, Totals::of(&steps), shape)
}

fn sum(links: &Links, shape: &Shape, of: impl Fn(usize) -> bool) -> LinkUse {
    let mut sum = LinkUse::default();
    for (_, link) in links.of_output.iter().enumerate().filter(|(row, _)| of(row % shape.ports())) {
        sum.flits += link.flits;
        sum.waited += link.waited;
    }
    sum
}

#[test]
fn a_lone_packet_waits_for_nothing() {
    let chip = board((1, 1), (4, 3), 2);
    for name in ["loihi1-davies2018", "loihi1-nahuku"] {
        let timing = Timing::shipped(name).expect("it ships");
        for to in [1, 7, 13, 23] {
            let source = firing(sweeper(0, 4, false), vec![message(0, to, 3)]);
            let work = StepWork { host: Vec::new(), cores: vec![source, sweeper(to, 4, false)] };
            let (links, _, shape) = play(&chip, &timing, &[work]);
            let place = chip.place(CoreId(to));
            let least = Cycle::from(shape.latency((0, 0), (place.x, place.y)));
            assert_eq!(links.latency.into_iter().collect::<Vec<_>>(), [(least, 1)], "{name} to core {to}");
            assert_eq!(links.waited.into_iter().collect::<Vec<_>>(), [(0, 1)]);
        }
    }
}

/// Ahead of a message to another chip goes a header; links between chips are counted apart, and are hops as well.
#[test]
fn a_header_leads_to_another_chip() {
    let chip = board((3, 1), (2, 1), 1);
    let timing = Timing::shipped("loihi1-davies2018").expect("it ships");
    for (to, kind, flits, hops, crossings) in [
        (1, AxonKind::Discrete, 1, 1, 0),
        (1, AxonKind::Pop32, 2, 1, 0),
        (2, AxonKind::Discrete, 2, 2, 1),
        (2, AxonKind::Pop32, 2, 2, 1),
        (5, AxonKind::Pop32, 2, 5, 2),
    ] {
        let source = firing(sweeper(0, 4, false), vec![Message { kind, ..message(0, to, 3) }]);
        let work = StepWork { host: Vec::new(), cores: vec![source, sweeper(to, 4, false)] };
        let (links, totals, shape) = play(&chip, &timing, &[work]);
        let counts = totals.counts;
        assert_eq!([counts.flits, counts.messages_in], [flits, 1], "{kind:?} to core {to}");
        assert_eq!([counts.east_west, counts.chip_links], [flits * hops, flits * crossings]);
        assert_eq!(sum(&links, &shape, |output| output == port::EAST).flits, flits * hops);
    }
}

/// Four cores of a tile send to one core of the next in the same cycle: its link takes one after the other.
#[test]
fn packets_wait_for_a_link_that_others_hold() {
    let chip = board((1, 1), (2, 1), 4);
    let mut timing = Timing::shipped("loihi1-davies2018").expect("it ships");
    (timing.nets, timing.link.interval) = (1, [3, 1]);
    let send = |core| firing(sweeper(core, 4, false), vec![message(core, 4, 1)]);
    let mut cores: Vec<CoreWork> = (0..4).map(send).collect();
    cores.push(sweeper(4, 4, false));
    let (links, _, shape) = play(&chip, &timing, &[StepWork { host: Vec::new(), cores }]);
    let east = links.of_output[port::EAST];
    assert_eq!((east.flits, east.waited, east.waited_max), (4, 3 + 6 + 9, 9));
    let others = sum(&links, &shape, |output| output != port::EAST);
    assert_eq!((others.flits, others.waited), (4, 0));
    assert_eq!(links.waited.into_iter().collect::<Vec<_>>(), [(0, 1), (3, 1), (6, 1), (9, 1)]);
}

#[test]
fn waits_make_up_what_packets_take_longer() {
    let (mut packets, mut waited) = (0, 0);
    for seed in 0..40 {
        let mut n = Numbers(seed);
        let chip = board((n.within(1, 2), 1), (n.within(1, 4), n.within(1, 3)), n.within(1, 4));
        let mut timing = Timing::shipped("loihi1-davies2018").expect("it ships");
        (timing.router.buffer, timing.nif.receive) = (n.within(1, 6), n.within(1, 4));
        let cores: Vec<CoreId> = (0..chip.cores()).map(CoreId).collect();
        let mut work = random(&mut n, &cores, 4, false);
        let single = seed % 2 == 0;
        let messages = work.iter_mut().flat_map(|step| {
            step.host.iter_mut().chain(step.cores.iter_mut().flat_map(|core| core.sent.iter_mut()))
        });
        messages.filter(|_| single).for_each(|message| message.kind = AxonKind::Discrete);
        let (links, totals, shape) = play(&chip, &timing, &work);
        let counts = totals.counts;
        assert_eq!(sum(&links, &shape, |output| output < 2).flits, counts.east_west, "seed {seed}");
        assert_eq!(sum(&links, &shape, |output| (2..4).contains(&output)).flits, counts.north_south);
        assert_eq!(sum(&links, &shape, |output| output >= port::LOCAL).flits, counts.flits);
        assert_eq!(links.latency.values().sum::<u64>(), counts.messages_in);
        let longer: u64 = links.waited.iter().map(|(cycles, packets)| cycles * packets).sum();
        let waits = sum(&links, &shape, |_| true).waited;
        // The second flit of a packet may wait on its own.
        let alone = counts.flits == counts.messages_in;
        assert!(if alone { waits == longer } else { waits <= longer }, "seed {seed}: {waits}, {longer}");
        packets += counts.messages_in;
        waited += longer;
    }
    println!("{packets} packets, {waited} cycles waited");
    assert!(packets > 1000 && waited > 1000, "{packets} packets, {waited} cycles");
}
