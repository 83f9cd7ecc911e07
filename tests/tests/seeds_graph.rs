//! Row R1 of seeds.md: a network is its graph; nothing depends on where it lies or on the names of its nodes.

use compiler::Failure;
use network::graph::{Compartment, Connectivity, Graph, InputSource, Node, Settings, Values};
use seamount_tests::graphs;
use seamount_tests::random::Source;
use seamount_tests::recording::Recording;
use seamount_tests::route::{Board, Route};
use trace::Stimulus;

const NEURONS: u32 = 200;
const SYNAPSES: u32 = 2000;

/// 200 neurons, 2,000 recurrent synapses with delays 0..=62, an input line to each neuron.
fn recurrent(seed: u64) -> Graph {
    let r = &mut Source::new(seed);
    let mut graph = graphs::graph("recurrent", Settings { delay_bits: 6, ..Settings::default() });
    let compartment = Compartment {
        current_decay: Values::Same(r.unsigned(1, 4095)),
        voltage_decay: Values::Same(r.unsigned(1, 4095)),
        vth: Values::Same(150),
        refractory: Values::Same(2),
        bias_mantissa: Values::Each((0..NEURONS).map(|_| r.range(0, 3000) as i32).collect()),
        ..Compartment::default()
    };
    graph.populations.push(graphs::population("n", NEURONS, compartment));
    let mut events: Vec<(u32, u32)> =
        (0..600).map(|_| (r.unsigned(1, 100), r.unsigned(0, NEURONS - 1))).collect();
    events.sort_unstable();
    graph.inputs.push(graphs::input("in", NEURONS, InputSource::Events(events)));
    let one_each: Vec<_> = (0..NEURONS).map(|i| (i, i, 200, 0)).collect();
    graphs::connect(&mut graph, Node::Input(0), 0, &one_each);
    let synapses: Vec<_> = (0..SYNAPSES)
        .map(|_| {
            let (from, to) = (r.unsigned(0, NEURONS - 1), r.unsigned(0, NEURONS - 1));
            (from, to, 2 * r.range(-60, 70) as i16, r.unsigned(0, 62) as u8)
        })
        .collect();
    graphs::connect(&mut graph, Node::Population(0), 0, &synapses);
    graph
}

fn run(route: &Route, graph: &Graph) -> Recording {
    let shown = route.record(graph, 120, &Stimulus::default(), &|_| false);
    shown.unwrap_or_else(|error| panic!("{route:?}: {error}"))
}

#[test]
fn rasters_do_not_depend_on_the_placement() {
    for seed in 0..20 {
        let graph = recurrent(seed);
        let expected = run(&Route::Reference, &graph);
        assert!(expected.counters.spikes > 500, "seed {seed}: {:?}", expected.counters);
        let cores = [(2, 0), (4, 0), (16, 0), (5, 1), (5, 2), (5, 3), (5, 4), (5, 5)];
        for (cores_min, placement) in cores {
            let board = Board { cores_min, seed: placement, ..Board::ONE };
            let shown = run(&Route::Chip(board), &graph);
            assert!(shown == expected, "seed {seed}, {cores_min} cores, placement {placement}");
        }
    }
}

/// Another order of the neurons gives the same raster in that order (noise and learning off: draws go by key).
#[test]
fn a_permutation_permutes_the_raster() {
    for seed in 100..110 {
        let graph = recurrent(seed);
        let r = &mut Source::new(seed);
        let mut to: Vec<u32> = (0..NEURONS).collect();
        for i in (1..NEURONS).rev() {
            to.swap(i as usize, r.unsigned(0, i) as usize);
        }
        let mut permuted = graph.clone();
        let Values::Each(biases) = &graph.populations[0].tree[0].bias_mantissa else { unreachable!() };
        let mut moved = vec![0; biases.len()];
        biases.iter().zip(&to).for_each(|(&bias, &i)| moved[i as usize] = bias);
        permuted.populations[0].tree[0].bias_mantissa = Values::Each(moved);
        for (index, projection) in permuted.projections.iter_mut().enumerate() {
            let Connectivity::List { pre, post } = &mut projection.connectivity else { unreachable!() };
            post.iter_mut().for_each(|i| *i = to[*i as usize]);
            if index == 1 {
                pre.iter_mut().for_each(|i| *i = to[*i as usize]);
            }
        }
        let many = Route::Chip(Board { cores_min: 4, ..Board::ONE });
        let (plain, other) = (run(&many, &graph), run(&many, &permuted));
        let expected = plain.spikes.iter().map(|(&t, keys)| {
            let mut keys: Vec<u32> = keys.iter().map(|&key| to[key as usize]).collect();
            keys.sort_unstable();
            (t, keys)
        });
        assert!(other.spikes == expected.collect(), "seed {seed}");
        assert_eq!(other.counters, plain.counters);
    }
}

/// A fan-in that no core's synapse memory holds is refused with the count and the limit.
#[test]
fn what_does_not_fit_is_told_with_its_sum() {
    let mut graph = graphs::graph("large", Settings::default());
    graph.populations.push(graphs::population("n", 1, Compartment::default()));
    graph.inputs.push(graphs::input("in", 20_000, InputSource::External));
    let synapses: Vec<_> = (0..20_000).map(|i| (i, 0, 2, 0)).collect();
    graphs::connect(&mut graph, Node::Input(0), 0, &synapses);
    let Err(Failure::DoesNotFit(misfits)) = Board::ONE.image(&graph) else { panic!("it cannot fit") };
    assert!(misfits.iter().any(|m| m.need > m.limit && m.limit > 0 && m.need >= 4096), "{misfits:?}");
    for misfit in &misfits {
        let text = misfit.to_string();
        assert!(text.contains(&misfit.code.to_string()), "{text}");
        assert!(misfit.message.contains(char::is_numeric), "{text}");
    }
}
