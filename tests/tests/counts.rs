//! Messages, hops and chip links, recounted from the image's words and the raster (contract 9).

use emulator::{Chip, NoObserver};
use image::Image;
use isa::draw::{Stream, StreamKey};
use isa::ids::CoreId;
use isa::words::{DiscreteAxon, Word};
use network::graph::{Graph, InputSource};
use seamount_tests::random::{self, Shape};
use seamount_tests::route::Board;
use trace::{Counters, Stimulus};

/// Destinations of the entries in `slots`; a pop32 entry takes two.
fn destinations(image: &Image, slots: &[u64]) -> Vec<CoreId> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < slots.len() {
        let axon = DiscreteAxon::unpack(slots[at]);
        found.push(CoreId(axon.chip * image.chip.cores_per_chip() + axon.core));
        at += if axon.kind == 2 { 2 } else { 1 };
    }
    found
}

/// Messages, hops and links of `times` spikes from a tile to `destinations`.
fn count(image: &Image, from: (u32, u32), destinations: &[CoreId], times: u64, counts: &mut Counters) {
    let mesh = image.chip.mesh;
    for &core in destinations {
        let to = image.chip.place(core);
        let steps = from.0.abs_diff(to.x) + from.1.abs_diff(to.y);
        let links = (from.0 / mesh.width).abs_diff(to.x / mesh.width)
            + (from.1 / mesh.height).abs_diff(to.y / mesh.height);
        counts.messages += times;
        counts.hops += times * u64::from(steps - links);
        counts.chip_links += times * u64::from(links);
    }
}

/// How often each input line fires within `steps`.
fn input_events(graph: &Graph, stimulus: &Stimulus, steps: u32) -> Vec<u64> {
    let mut counts = Vec::new();
    for (i, input) in graph.inputs.iter().enumerate() {
        let first_key = graph.input_key(i).0;
        for line in 0..input.size {
            let of_source = match &input.source {
                InputSource::External => 0,
                InputSource::Events(events) => {
                    events.iter().filter(|event| event.0 <= steps && event.1 == line).count()
                }
                InputSource::Regular { period, first } => {
                    (1..=steps).filter(|t| t >= first && (t - first) % period == 0).count()
                }
                InputSource::Poisson(p) => (1..=steps)
                    .filter(|&t| {
                        let draws = StreamKey::new(graph.seed, Stream::Input, t, 0);
                        draws.draw(first_key + line, 0).fires(p.get(line as usize))
                    })
                    .count(),
            };
            let key = first_key + line;
            let injected = stimulus.events.iter().filter(|(t, k)| t.0 <= steps && k.0 == key).count();
            counts.push((of_source + injected) as u64);
        }
    }
    counts
}

#[test]
fn messages_and_hops_are_those_of_the_image() {
    let mut total = Counters::default();
    for seed in 0..60 {
        let mut case = random::case(seed, Shape::FIXED);
        // Messages that wait are counted when they leave; here none waits.
        case.graph.populations.iter_mut().flat_map(|p| &mut p.tree).for_each(|c| c.axon_delay = 0);
        let board =
            Board { chips: if seed % 2 == 0 { (2, 2) } else { (1, 1) }, cores_min: 9, seed, threads: 2 };
        let Ok(image) = board.image(&case.graph) else { continue };
        let mut chip = Chip::load(&image).expect("it loads");
        chip.inject(&case.stimulus).expect("a stimulus");
        let mut fires = vec![0u64; case.graph.compartments()];
        chip.run(case.steps, 2, &mut NoObserver, &mut |_, keys| {
            keys.iter().for_each(|key| fires[key.index()] += 1);
        });
        let mut expected = Counters::default();
        for core in &image.cores {
            let place = image.chip.place(core.core);
            let keys = core.compartment_keys.iter().flat_map(|run| run.keys());
            for (key, map) in keys.zip(&core.axon_map) {
                let slots = &core.axons[map.pointer as usize..(map.pointer + map.length) as usize];
                let to = destinations(&image, slots);
                count(&image, (place.x, place.y), &to, fires[key.index()], &mut expected);
            }
        }
        let events = input_events(&case.graph, &case.stimulus, case.steps);
        for (map, times) in image.host.axon_map.iter().zip(events) {
            let slots = &image.host.axons[map.pointer as usize..(map.pointer + map.length) as usize];
            count(&image, (0, 0), &destinations(&image, slots), times, &mut expected);
        }
        let shown = chip.counters();
        assert_eq!(
            (shown.messages, shown.hops, shown.chip_links),
            (expected.messages, expected.hops, expected.chip_links),
            "seed {seed} on {board:?}"
        );
        total += shown;
    }
    println!("{total:?}");
    assert!(total.messages > 5000 && total.hops > 5000 && total.chip_links > 500, "{total:?}");
}
