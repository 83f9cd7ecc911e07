//! Image -> cores: every memory unpacked into what runs fastest, everything checked on the way.

mod axons;
mod learning;
mod lists;
mod soma;
mod tree;

use image::{CoreImage, Image};
use isa::ids::{CoreId, Key};
use trace::Counters;

use super::core::{Core, Reward, Settings, Spikes};
use super::kernel::Level;
use crate::error::LoadError;

pub use axons::{Atlas, Axon, Resolver, host_routes, read as read_axon};
pub use lists::ListTable;
pub use soma::initial_state;

/// Unpacks the cores of an image; the lists of each, for the axons of the host.
///
/// # Errors
/// The first thing that the contract refuses.
pub fn cores(image: &Image, level: Level) -> Result<(Vec<Core>, Vec<ListTable>), LoadError> {
    image.chip.check()?;
    for (i, memories) in image.cores.iter().enumerate() {
        let ascends = i == 0 || image.cores[i - 1].core < memories.core;
        if !ascends || memories.core.0 >= image.chip.cores() {
            let chip = image.chip.name.clone();
            return Err(LoadError::Core { core: memories.core, chip, cores: image.chip.cores() });
        }
    }
    let unpacked = over_threads(&image.cores, |memories| core(image, memories, level))?;
    let (mut cores, tables): (Vec<Core>, Vec<ListTable>) = unpacked.into_iter().unzip();
    let atlas = Atlas::new(image);
    let routes = over_threads(&image.cores, |memories| axons::core_routes(image, &atlas, memories, &tables))?;
    for (i, (core, routes)) in cores.iter_mut().zip(routes).enumerate() {
        (core.index, core.routes) = (i, routes);
    }
    Ok((cores, tables))
}

/// Threads that load an image, at most.
const THREADS_MAX: usize = 8;

/// Applies `f` to all cores, some of them on every thread; the first error in order of cores.
fn over_threads<T: Send>(
    cores: &[CoreImage],
    f: impl Fn(&CoreImage) -> Result<T, LoadError> + Sync,
) -> Result<Vec<T>, LoadError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
    let share = cores.len().div_ceil(threads).max(1);
    let part = |part: &[CoreImage]| part.iter().map(&f).collect::<Result<Vec<T>, LoadError>>();
    if cores.len() <= 1 {
        return part(cores);
    }
    std::thread::scope(|scope| {
        let part = &part;
        let handles: Vec<_> = cores.chunks(share).map(|cores| scope.spawn(move || part(cores))).collect();
        let mut all = Vec::with_capacity(cores.len());
        for handle in handles {
            all.extend(handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(all)
    })
}

fn core(image: &Image, memories: &CoreImage, level: Level) -> Result<(Core, ListTable), LoadError> {
    let settings = settings(image, memories, level)?;
    let mut soma = soma::soma(image, memories, &settings)?;
    let roots = tree::roots(image, memories)?;
    let lists = lists::lists(memories, &soma)?;
    let learning = learning::learning(memories, &settings, lists.plastic, &roots)?;
    let spikes = Spikes { delays: soma::axon_delays(memories), ..Spikes::default() };
    let keys: Vec<u32> =
        memories.compartment_keys.iter().flat_map(|run| run.keys()).map(|key| key.0).collect();
    let refuse = Refusal { core: memories.core, what: "compartment_keys" };
    let n = memories.compartments.len();
    refuse.unless(keys.len() == n, 0, ("number", keys.len() as i64), format!("{n}, one a compartment,"))?;
    soma.noisy_keys = soma.noisy.iter().map(|&c| keys[usize::from(c)]).collect();
    let mut core = Core {
        id: memories.core,
        index: 0,
        settings,
        keys,
        soma,
        stream: lists.stream,
        ring: lists.ring,
        routes: super::route::Routes::default(),
        spikes,
        learning,
        reward: Reward {
            decay: memories.learning.reward_decay,
            key: memories.reward_key.map(|k| k.0),
            ..Reward::default()
        },
        writes: Vec::new(),
        next_write: 0,
        counters: Counters::default(),
    };
    if !core.spikes.delays.is_empty() {
        core.spikes.late = vec![Vec::new(); 64];
    }
    initial_state(&mut core, memories);
    Ok((core, lists.table))
}

fn settings(image: &Image, memories: &CoreImage, level: Level) -> Result<Settings, LoadError> {
    let shared = &memories.shared;
    let refuse = Refusal { core: memories.core, what: "shared configuration" };
    let at_most = |field, value: u32, max: u32| {
        refuse.unless(value <= max, 0, (field, value.into()), format!("0..={max}"))
    };
    let updates = shared.num_updates as usize * 4;
    let limit = (image.chip.limits.compartments as usize).next_multiple_of(4);
    let serves = memories.compartments.len() <= updates && updates <= limit;
    let need = format!("{} compartments in groups of 4, at most {limit},", memories.compartments.len());
    refuse.unless(serves, 0, ("num_updates", shared.num_updates.into()), need)?;
    refuse.unless(
        (3..=6).contains(&shared.delay_bits),
        0,
        ("delay_bits", shared.delay_bits.into()),
        "3..=6".into(),
    )?;
    refuse.unless((1..=63).contains(&shared.epoch), 0, ("epoch", shared.epoch.into()), "1..=63".into())?;
    at_most("vmin_exponent", shared.vmin_exponent, 23)?;
    at_most("vmax_exponent", shared.vmax_exponent, 7)?;
    at_most("noise_exponent", shared.noise_exponent, 23)?;
    at_most("noise_offset", shared.noise_offset, 7)?;
    at_most("reward_decay", memories.learning.reward_decay, 4096)?;
    Ok(Settings {
        level,
        updates,
        epoch: shared.epoch,
        v_min: isa::num::v_min(shared.vmin_exponent),
        v_max: isa::num::v_max(shared.vmax_exponent),
        noise_exponent: shared.noise_exponent,
        noise_offset: shared.noise_offset,
        noise_target: match shared.noise_target {
            0 => isa::op::NoiseTarget::Current,
            _ => isa::op::NoiseTarget::Voltage,
        },
    })
}

/// Says what is refused where.
#[derive(Clone, Copy)]
struct Refusal {
    core: CoreId,
    what: &'static str,
}

impl Refusal {
    fn unless(
        self,
        ok: bool,
        index: usize,
        field: (&'static str, i64),
        allowed: String,
    ) -> Result<(), LoadError> {
        let Self { core, what } = self;
        let (field, value) = field;
        if ok { Ok(()) } else { Err(LoadError::Value { core, what, index, field, value, allowed }) }
    }
}

/// The keys of all compartments with their places, ascending.
///
/// # Errors
/// A key that two compartments have.
pub fn directory(cores: &[Core]) -> Result<Vec<(u32, u32, u16)>, LoadError> {
    let mut all = Vec::with_capacity(cores.iter().map(|core| core.keys.len()).sum());
    for (i, core) in cores.iter().enumerate() {
        all.extend(core.keys.iter().zip(0..).map(|(&key, compartment)| (key, i as u32, compartment)));
    }
    all.sort_unstable();
    match all.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(LoadError::Key(Key(pair[0].0))),
        None => Ok(all),
    }
}
