//! Deadlock freedom: checked for every mesh before anything is played, by a search that finds every circle.

use emulator::time::mesh::{Flit, MeshError, Shape, Size, channels, port};
use isa::timing::Timing;
use seamount_tests::noc::random::{Numbers, size, timing};

/// Which way a router sends flits that have to go both ways: by side in x and y.
type Choices = Vec<[bool; 4]>;

/// Routing that takes a shortest way, but at every router x or y first as it is told for the quarter that a flit is
/// going to.
fn route(shape: &Shape, choices: &Choices, router: usize, flit: Flit) -> usize {
    let (_, y, x) = shape.place(router);
    let quarter = usize::from(flit.x() > x) + 2 * usize::from(flit.y() > y);
    if flit.x() == x || flit.y() == y || choices[router][quarter] {
        return shape.route(router, flit);
    }
    if flit.y() > y { port::NORTH } else { port::SOUTH }
}

/// Which channel waits for which in the end, by following every flit to every destination from every channel.
fn waits(shape: &Shape, route: &impl Fn(usize, Flit) -> usize) -> Vec<Vec<bool>> {
    let channels = shape.tiles() * port::LOCAL;
    let mut waits = vec![vec![false; channels]; channels];
    for (channel, waits) in waits.iter_mut().enumerate() {
        let (router, output) = (channel / port::LOCAL, channel % port::LOCAL);
        let Some(far) = shape.neighbour(router, output) else { continue };
        for tile in 0..shape.tiles() as u32 {
            let flit = Flit::spike(tile % shape.size.width, tile / shape.size.width, 0, 0);
            let next = route(far, flit);
            if route(router, flit) == output && next < port::LOCAL {
                waits[far * port::LOCAL + next] = true;
            }
        }
    }
    closure(&mut waits);
    waits
}

fn closure(waits: &mut [Vec<bool>]) {
    let channels = waits.len();
    for through in 0..channels {
        for from in 0..channels {
            if waits[from][through] {
                let further = waits[through].clone();
                waits[from].iter_mut().zip(further).for_each(|(a, b)| *a |= b);
            }
        }
    }
}

fn small(n: &mut Numbers) -> Shape {
    let size = Size::chip(n.within(2, 5), n.within(2, 5), n.within(1, 4));
    Shape::new(size, &timing(n, false)).expect("XY")
}

#[test]
fn the_search_finds_a_circle_if_and_only_if_there_is_one() {
    let mut found = [0, 0];
    for seed in 0..600 {
        let mut n = Numbers(seed);
        let shape = small(&mut n);
        // From almost XY everywhere to a mixture.
        let rarely = n.within(2, 9);
        let choices: Choices =
            (0..shape.tiles()).map(|_| std::array::from_fn(|_| n.below(rarely) > 0)).collect();
        let route = |router: usize, flit: Flit| route(&shape, &choices, router, flit);
        let refused = shape.check(route);
        let waits = waits(&shape, &route);
        let is_circle = (0..waits.len()).any(|channel| waits[channel][channel]);
        assert_eq!(refused.is_err(), is_circle, "seed {seed}: {refused:?}");
        if let Err(MeshError::Circle { output, x, y }) = refused {
            let channel = (y * shape.size.width + x) as usize * port::LOCAL + output;
            assert!(waits[channel][channel], "seed {seed}: {refused:?} is on no circle");
        }
        found[usize::from(refused.is_err())] += 1;
    }
    println!("{} routings without a circle, {} with one", found[0], found[1]);
    assert!(found.iter().all(|count| *count > 100), "{found:?}");
}

#[test]
fn xy_has_an_order_on_every_legal_mesh() {
    for seed in 0..200 {
        let mut n = Numbers(seed);
        let shape = Shape::new(size(&mut n), &timing(&mut n, false)).expect("a mesh");
        let route = |router: usize, flit: Flit| shape.route(router, flit);
        let order = channels::order(&shape, route).expect("XY");
        assert_eq!(order.len(), shape.tiles() * port::LOCAL);
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, channel)| place[*channel as usize] = at);
        // On every way from every tile to every tile channels are taken in that order.
        for (from, to) in (0..shape.tiles()).flat_map(|from| (0..shape.tiles()).map(move |to| (from, to))) {
            let (_, y, x) = shape.place(to);
            let (mut at, mut before) = (from, None);
            while at != to {
                let output = shape.route(at, Flit::spike(x, y, 0, 0));
                let taken = Some(place[at * port::LOCAL + output]);
                assert!(before < taken, "seed {seed}: from tile {from} to {to}");
                before = taken;
                at = shape.neighbour(at, output).expect("XY stays on the mesh");
            }
        }
    }
}

#[test]
fn the_largest_board_is_checked_as_well() {
    let timing = Timing::shipped("loihi1-davies2018").expect("it ships");
    let board = Size { width: 96, height: 256, cores_per_tile: 4, chip_width: 8, chip_height: 4 };
    let shape = Shape::new(board, &timing).expect("768 chips");
    // Four tiles of 24,576 let packets turn from y to x as well.
    let circle = |router: usize, flit: Flit| match shape.place(router) {
        (_, 199, 51) if flit.x() < 51 && flit.y() > 199 => port::NORTH,
        (_, 200, 50) if flit.x() > 50 && flit.y() < 200 => port::SOUTH,
        _ => shape.route(router, flit),
    };
    let error = shape.check(circle).expect_err("a circle");
    let MeshError::Circle { output, x, y } = error else { panic!("{error}") };
    let on_it =
        [(port::EAST, 50, 199), (port::NORTH, 51, 199), (port::WEST, 51, 200), (port::SOUTH, 50, 200)];
    assert!(on_it.contains(&(output, x, y)), "{error}");
    let text = error.to_string();
    assert!(text.contains("may wait for each other in a circle through output"), "{text}");
}
