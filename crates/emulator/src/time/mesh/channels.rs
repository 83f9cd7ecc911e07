//! Deadlock freedom, checked for every mesh that is made: the graph of channels that wait for each other has no cycle.
//!
//! A channel is a router with one of its mesh outputs. A flit that came over one sits in the FIFO at its far end until
//! the next output on its way takes it, so a channel waits for those that its flits may want next. Outputs to cores
//! always sink and wait for nothing; networks are alike and never wait for each other, so one of them is searched.

use super::{Flit, Shape, port};

/// Mesh outputs of a router.
const OUTPUTS: usize = port::LOCAL;

/// An order of the channels of a network (`router * 4 + output`) in which every channel comes before those that its
/// flits may wait for; `route` gives the output that a flit wants at a router, from the sides on which its destination
/// lies alone.
///
/// # Errors
/// A channel on a circle: one that waits for itself.
pub fn order(shape: &Shape, route: impl Fn(usize, Flit) -> usize) -> Result<Vec<u32>, usize> {
    let channels = shape.tiles() * OUTPUTS;
    let next: Vec<u8> = (0..channels).map(|channel| waits_for(shape, channel, &route)).collect();
    let mut entries = vec![0_u8; channels];
    (0..channels).for_each(|channel| after(shape, &next, channel).for_each(|to| entries[to] += 1));
    let mut sorted: Vec<u32> =
        (0..channels as u32).filter(|channel| entries[*channel as usize] == 0).collect();
    let mut at = 0;
    while at < sorted.len() {
        for to in after(shape, &next, sorted[at] as usize) {
            entries[to] -= 1;
            if entries[to] == 0 {
                sorted.push(to as u32);
            }
        }
        at += 1;
    }
    match entries.iter().position(|entries| *entries > 0) {
        Some(channel) => Err(on_circle(shape, &next, &entries, channel)),
        None => Ok(sorted),
    }
}

/// What is left without an order is on a circle or behind one; from whom it is waited for, on and on, leads to a circle.
fn on_circle(shape: &Shape, next: &[u8], entries: &[u8], behind: usize) -> usize {
    let mut channel = behind;
    for _ in 0..entries.len() {
        let router = channel / OUTPUTS;
        let into = (0..OUTPUTS)
            .filter_map(|side| shape.neighbour(router, side).map(|far| far * OUTPUTS + port::opposite(side)));
        let mut left = into.filter(|from| entries[*from] > 0);
        channel = left.find(|from| next[*from] >> (channel % OUTPUTS) & 1 == 1).unwrap_or(channel);
    }
    channel
}

/// The channels that a channel waits for.
fn after(shape: &Shape, next: &[u8], channel: usize) -> impl Iterator<Item = usize> {
    let far = shape.neighbour(channel / OUTPUTS, channel % OUTPUTS).unwrap_or(0);
    let outputs = next[channel];
    (0..OUTPUTS).filter(move |output| outputs >> output & 1 == 1).map(move |output| far * OUTPUTS + output)
}

/// The mesh outputs that a flit on a channel may want at its far end, one bit each.
fn waits_for(shape: &Shape, channel: usize, route: &impl Fn(usize, Flit) -> usize) -> u8 {
    let (router, output) = (channel / OUTPUTS, channel % OUTPUTS);
    let Some(far) = shape.neighbour(router, output) else { return 0 };
    let ((_, y, x), (_, far_y, far_x)) = (shape.place(router), shape.place(far));
    // These destinations tell all sides of both routers apart.
    let around = |a: u32, b: u32, side: u32| a.min(b).saturating_sub(1)..=(a.max(b) + 1).min(side - 1);
    let mut outputs = 0;
    for to_y in around(y, far_y, shape.size.height) {
        for to_x in around(x, far_x, shape.size.width) {
            let flit = Flit::spike(to_x, to_y, 0, 0);
            let wants = if route(router, flit) == output { route(far, flit) } else { port::LOCAL };
            outputs |= if wants < OUTPUTS { 1 << wants } else { 0 };
        }
    }
    outputs
}
