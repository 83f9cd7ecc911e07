//! Steps over threads: every thread owns some cores, one barrier a step (contract 1, 5).

use isa::ids::{Key, Step};
use trace::Digest;

use super::barrier::{Barrier, Member};
use super::chip::Chip;
use super::core::{Core, Scratch};
use super::exchange::Exchange;
use super::host::Host;
use super::kernel::Level;
use super::record::{Gathered, Recorder};
use super::step::{Now, Outlet};
use crate::observer::{CoreWork, Observer};

impl Chip {
    /// Runs `steps` steps on up to `threads` threads; `sink` takes the spikes of each step, keys ascending.
    ///
    /// Neither the number of threads nor how steps are split over calls changes anything.
    pub fn run<O: Observer>(
        &mut self,
        steps: u32,
        threads: usize,
        observer: &mut O,
        sink: &mut impl FnMut(Step, &[Key]),
    ) {
        if steps == 0 {
            return;
        }
        if O::RECORDS {
            let prepared = self.prepare_recorder();
            debug_assert!(prepared.is_ok(), "the axons were resolved when the image was loaded");
        }
        let recorder = if O::RECORDS { self.recorder.take() } else { None };
        let threads = threads.clamp(1, self.cores.len().max(1));
        let shares = shares(&self.cores, threads);
        self.exchange.hand_over(owners(&shares));
        let barrier = Barrier::new(shares.len());
        let span = Span { first: self.t + 1, steps, seed: self.seed, due: self.exchange.due };
        let lists: Vec<usize> = self.cores.iter().map(|core| core.stream.address()).collect();
        let (exchange, recorder_of) = (&self.exchange, recorder.as_deref());
        let shared = Shared { span, exchange, barrier: &barrier, recorder: recorder_of, lists: &lists };
        let mut leader = Leader {
            host: &mut self.host,
            level: self.level,
            digest: &mut self.digest,
            spikes: Vec::new(),
            sorted: Vec::new(),
            groups: Vec::new(),
            ranks: ranks(&self.cores),
            places: vec![(0, 0); self.cores.len()],
            gathered: recorder.as_deref().map(|recorder| recorder.gather(&self.cores)),
            observer,
            sink,
        };
        let mut parts = partition(&mut self.cores, &shares).into_iter().enumerate();
        let own = parts.next();
        // Before any thread reads the boxes of the first step.
        leader.produce(&shared, 0);
        std::thread::scope(|scope| {
            for (index, cores) in parts {
                let shared = &shared;
                scope.spawn(move || {
                    let _member = Member(shared.barrier);
                    work::<O>(shared, index, cores, |_| {});
                });
            }
            let _member = Member(&barrier);
            let cores = own.map_or(&mut [][..], |(_, cores)| cores);
            work::<O>(&shared, 0, cores, |event| leader.on(&shared, event));
        });
        if O::RECORDS {
            self.recorder = recorder;
        }
        self.exchange.due = span.half(steps);
        self.t += steps;
    }
}

/// Which steps are run.
#[derive(Clone, Copy, Debug)]
struct Span {
    first: u32,
    steps: u32,
    seed: u32,
    due: usize,
}

impl Span {
    /// The half of the exchange that holds the messages of the `k`th step.
    const fn half(self, k: u32) -> usize {
        (self.due + k as usize) % 2
    }

    const fn now(self, k: u32) -> Now {
        Now { t: self.first + k, seed: self.seed }
    }
}

/// What all threads see.
struct Shared<'a> {
    span: Span,
    exchange: &'a Exchange,
    barrier: &'a Barrier,
    recorder: Option<&'a Recorder>,
    /// Where the lists of all cores lie.
    lists: &'a [usize],
}

/// Moments of a step at which the first thread has more to do.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// Its cores are done with the `k`th step.
    Done(u32),
    /// All threads are done with it.
    Passed(u32),
}

/// All steps of one thread.
fn work<O: Observer>(shared: &Shared<'_>, index: usize, cores: &mut [Core], mut on: impl FnMut(Event)) {
    let mut scratch = Scratch::default();
    for k in 0..shared.span.steps {
        step::<O>(shared, index, cores, k, &mut scratch);
        on(Event::Done(k));
        if !shared.barrier.wait() {
            return;
        }
        on(Event::Passed(k));
    }
}

/// The `k`th step of one thread's cores.
fn step<O: Observer>(shared: &Shared<'_>, index: usize, cores: &mut [Core], k: u32, scratch: &mut Scratch) {
    let (span, exchange) = (shared.span, shared.exchange);
    let now = span.now(k);
    let due = exchange.due(span.half(k));
    let mut outbox = exchange.outbox_mut(span.half(k + 1), index);
    let mut report = exchange.report(span.half(k), index);
    outbox.clear();
    report.clear();
    report.work.resize_with(if O::RECORDS { cores.len() } else { 0 }, CoreWork::default);
    let mut out = Outlet { lists: shared.lists, outbox: &mut outbox };
    for i in 0..cores.len() {
        let (done, rest) = cores.split_at_mut(i);
        let Some((core, rest)) = rest.split_first_mut() else { break };
        let before = done.last();
        core.write_voltages(now.t);
        core.service(now, &due, scratch);
        if O::RECORDS {
            shared.recorder.iter().for_each(|recorder| recorder.before(core, &mut report.work[i]));
        }
        // The core before: its output axons are on their way to the cache since its update.
        if let Some(before) = before {
            before.send(&mut out);
        }
        if let Some(next) = rest.first() {
            next.prefetch(&due);
        }
        core.update(now, scratch);
        core.prepare(now, &mut report);
        let ends = core.ends_epoch(now.t);
        if let (true, Some(recorder), Some(work)) = (O::RECORDS, shared.recorder, report.work.get_mut(i)) {
            recorder.after(core, ends, work);
        }
        if ends {
            core.learn(now, scratch);
        }
    }
    if let Some(last) = cores.last() {
        last.send(&mut out);
    }
}

/// What the first thread does beside its cores: the host, and all that leaves the run.
struct Leader<'a, O, S> {
    host: &'a mut Host,
    level: Level,
    digest: &'a mut Digest,
    spikes: Vec<Key>,
    sorted: Vec<Key>,
    groups: Vec<(u32, u32, u32)>,
    /// The rank of each core by its keys, and where its spikes lie, by rank.
    ranks: Vec<u32>,
    places: Vec<(u32, u32)>,
    gathered: Option<Gathered>,
    observer: &'a mut O,
    sink: &'a mut S,
}

impl<O: Observer, S: FnMut(Step, &[Key])> Leader<'_, O, S> {
    /// The host's messages of the `k`th step.
    fn produce(&mut self, shared: &Shared<'_>, k: u32) {
        let mut out = shared.exchange.host_mut(shared.span.half(k));
        self.host.produce(shared.span.now(k), self.level, &mut out);
        if let (Some(gathered), Some(recorder)) = (&mut self.gathered, shared.recorder) {
            gathered.host(recorder, self.host);
        }
    }

    fn on(&mut self, shared: &Shared<'_>, event: Event) {
        match event {
            Event::Done(k) if k + 1 < shared.span.steps => self.produce(shared, k + 1),
            Event::Done(_) => {}
            Event::Passed(k) => self.publish(shared, k),
        }
    }

    /// Hands out what all threads saw in the `k`th step.
    fn publish(&mut self, shared: &Shared<'_>, k: u32) {
        let step = Step(shared.span.now(k).t);
        self.spikes.clear();
        self.groups.clear();
        if let Some(gathered) = &mut self.gathered {
            gathered.begin();
        }
        let threads = shared.exchange.threads();
        for thread in 0..threads {
            let mut report = shared.exchange.report(shared.span.half(k), thread);
            let offset = self.spikes.len() as u32;
            self.groups
                .extend(report.groups.iter().map(|&(core, start, end)| (core, start + offset, end + offset)));
            self.spikes.extend_from_slice(&report.spikes);
            if let Some(gathered) = &mut self.gathered {
                gathered.add(&mut report.work);
            }
        }
        self.sort();
        self.digest.spikes(step, &self.spikes);
        (self.sink)(step, &self.spikes);
        if let Some(gathered) = &mut self.gathered {
            self.observer.step(step, gathered.finish(O::RECEIVED));
        }
    }
}

impl<O, S> Leader<'_, O, S> {
    /// Brings the keys of a step in order: mostly they are, or the cores' groups only have to change places.
    fn sort(&mut self) {
        if self.spikes.is_sorted() {
            return;
        }
        for &(core, start, end) in &self.groups {
            self.places[self.ranks[core as usize] as usize] = (start, end);
        }
        self.sorted.clear();
        for place in &mut self.places {
            let (start, end) = std::mem::take(place);
            self.sorted.extend_from_slice(&self.spikes[start as usize..end as usize]);
        }
        std::mem::swap(&mut self.spikes, &mut self.sorted);
        if !self.spikes.is_sorted() {
            self.spikes.sort_unstable();
        }
    }
}

/// The rank of each core by its first key.
fn ranks(cores: &[Core]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..cores.len()).collect();
    order.sort_by_key(|&core| cores[core].keys.first().copied());
    let mut ranks = vec![0; cores.len()];
    for (rank, core) in order.into_iter().enumerate() {
        ranks[core] = rank as u32;
    }
    ranks
}

/// How many consecutive cores each thread gets, about equal in work; at least one each. The first thread publishes too.
fn shares(cores: &[Core], threads: usize) -> Vec<usize> {
    let publishing = cores.iter().map(|core| core.soma.u.len() as u64).sum::<u64>() / 2;
    let total = publishing + cores.iter().map(Core::weight).sum::<u64>();
    let mut shares = Vec::with_capacity(threads);
    let (mut next, mut done) = (0, publishing);
    for part in 1..=threads {
        let goal = total * part as u64 / threads as u64;
        let (first, last) = (next, cores.len() - (threads - part).min(cores.len()));
        while next < last && (part == threads || next == first || done + cores[next].weight() / 2 <= goal) {
            done += cores[next].weight();
            next += 1;
        }
        shares.push(next - first);
    }
    shares
}

/// The thread of each core.
fn owners(shares: &[usize]) -> Vec<u16> {
    (0u16..).zip(shares).flat_map(|(thread, &n)| std::iter::repeat_n(thread, n)).collect()
}

fn partition<'a>(mut cores: &'a mut [Core], shares: &[usize]) -> Vec<&'a mut [Core]> {
    let mut parts = Vec::with_capacity(shares.len());
    for &n in shares {
        let (own, rest) = std::mem::take(&mut cores).split_at_mut(n);
        parts.push(own);
        cores = rest;
    }
    parts
}

impl Core {
    /// About how much a step of it takes: compartments, and synapses that are seldom read.
    fn weight(&self) -> u64 {
        let plastic = self.learning.as_ref().map_or(0, |learning| learning.plastic.w.len());
        (self.soma.u.len() + self.stream.words().len() / 16 + plastic / 4) as u64
    }
}
