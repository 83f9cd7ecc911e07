//! Synthetic traffic on several host threads: the mesh is cut into bands of rows, one thread and one engine each.
//!
//! Between rows a flit and a credit take a wire, so every band plays that many cycles (its lookahead) by itself, then
//! hands over what left it. What a band does depends on its own past and on what it was handed, both of which are the
//! same whatever the threads do when; so is every grant.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::super::sparse::{Crossing, Sparse};
use super::super::{Cycle, Log, Network, Shape};
use super::log_parts::Parts;
use super::open_loop::{OpenLoop, Packet};
use super::{Measurement, Setup};

/// How often a thread looks for its neighbour's message before it sleeps.
const SPINS: u32 = 2000;

/// What left a band in a window, with the packets of its flits.
type Message = Vec<(Crossing, Option<Packet>)>;

/// A wire bundle to a neighbouring band.
struct Border {
    to: Sender<Message>,
    from: Receiver<Message>,
}

/// Some rows of all networks, their nodes and their log.
struct Band<L> {
    engine: Sparse,
    nodes: OpenLoop,
    log: L,
    /// To the north and to the south.
    borders: [Option<Border>; 2],
    lookahead: Cycle,
}

impl<L: Log> Band<L> {
    /// Plays all cycles before `until`, in windows.
    fn run(&mut self, until: Cycle) {
        while self.engine.now() < until {
            let end = until.min(self.engine.now() + self.lookahead);
            self.engine.run(end, &mut self.nodes, &mut self.log);
            self.exchange();
        }
    }

    fn exchange(&mut self) {
        for (side, border) in self.borders.iter().enumerate() {
            let Some(border) = border else { continue };
            let left = self.engine.crossings()[side].drain(..);
            let mut packet = |crossing: &Crossing| crossing.flit.map(|flit| self.nodes.hand_over(flit));
            let message = left.map(|crossing| (crossing, packet(&crossing))).collect();
            // A neighbour that is gone panicked, and whoever waits for both will too.
            drop(border.to.send(message));
        }
        for border in self.borders.iter().flatten() {
            for (mut crossing, packet) in receive(&border.from) {
                if let (Some(flit), Some(packet)) = (crossing.flit, packet) {
                    crossing.flit = Some(self.nodes.take_over(crossing.place, flit, packet));
                }
                self.engine.cross(crossing);
            }
        }
    }
}

/// The neighbour's next message: soon, as a rule.
fn receive(from: &Receiver<Message>) -> Message {
    for _ in 0..SPINS {
        if let Ok(message) = from.try_recv() {
            return message;
        }
        std::hint::spin_loop();
    }
    from.recv().unwrap_or_default()
}

/// Plays a setup on `threads` threads, but no more than the mesh has rows; the same packets, grants and measurement as
/// on one.
pub fn play<L: Parts>(
    shape: Shape,
    setup: &Setup,
    nodes: &OpenLoop,
    (threads, log): (u32, &mut L),
) -> Measurement {
    let mut bands = cut(shape, nodes, threads, log);
    let end = setup.warmup + setup.window;
    let outstanding =
        |bands: &[Band<L>]| bands.iter().fold(0, |sum: u64, band| sum.wrapping_add(band.nodes.outstanding()));
    run_all(&mut bands, end);
    let mut now = end;
    while outstanding(&bands) > 0 && now < end + setup.drain {
        now += (end + setup.drain - now).min(super::DRAIN_STEP);
        run_all(&mut bands, now);
    }
    let mut all = nodes.clone();
    for band in bands {
        all.join(&band.nodes);
        log.join(band.log);
    }
    all.measurement(now)
}

fn run_all<L: Parts>(bands: &mut [Band<L>], until: Cycle) {
    std::thread::scope(|scope| {
        for band in bands {
            scope.spawn(move || band.run(until));
        }
    });
}

fn cut<L: Parts>(shape: Shape, nodes: &OpenLoop, threads: u32, log: &L) -> Vec<Band<L>> {
    let (height, row) = (shape.size.height, shape.size.width * shape.size.cores_per_tile);
    let count = threads.clamp(1, height);
    let band = |index: u32| {
        let rows = index * height / count..(index + 1) * height / count;
        let mut band = Band {
            engine: Sparse::of_rows(shape, &rows),
            nodes: nodes.of_sources(rows.start * row..rows.end * row),
            log: log.part(),
            borders: [None, None],
            lookahead: Sparse::lookahead(&shape),
        };
        band.nodes.start(&mut band.engine);
        band
    };
    let mut bands: Vec<Band<L>> = (0..count).map(band).collect();
    for south in 1..bands.len() {
        let ((to_north, from_south), (to_south, from_north)) = (channel(), channel());
        bands[south - 1].borders[0] = Some(Border { to: to_north, from: from_north });
        bands[south].borders[1] = Some(Border { to: to_south, from: from_south });
    }
    bands
}
