//! A small image with one of everything, on two cores of the chip `tiny`; shared by the tests of image and asm.

use image::host::AxonMap32;
use image::{
    CoreImage, Host, HostInput, HostReward, HostSource, Image, KeyRun, Measure, NodeSymbol,
    PlasticProjection, Record, Recorded, SampleTarget, Samples, Session, Symbols, SynapsePlace,
};
use isa::chip::ChipDescription;
use isa::ids::{AxonId, CoreId, Key};
use isa::op::Variable;
use isa::synapse::{Block, Entry, pack_list};
use isa::words::*;

fn bits<W: Word>(word: W) -> u64 {
    word.pack().expect("the fixture fits its fields")
}

fn run(key: u32, count: u32, stride: u32) -> KeyRun {
    KeyRun { key: Key(key), count, stride }
}

/// Compartments 0 to 3 with keys 0 to 3: a tree, homeostasis, noise; all kinds of output axons.
fn first_core() -> CoreImage {
    let child =
        CompartmentProfile { refractory: 1, stack_out: 1, mode: 1, decay_v: 128, ..Default::default() };
    let root = CompartmentProfile { refractory: 3, stack_in: 1, join: 1, noise: 1, ..Default::default() };
    let axons = vec![
        bits(DiscreteAxon { core: 1, axon: 4, ..Default::default() }),
        bits(Pop16Axon {
            kind: 1,
            core: 1,
            extra: 1,
            payload: Pop16Axon::payload(1, 1, 1),
            ..Default::default()
        }),
        bits(Pop32Axon { kind: 2, core: 1, axon: 2, ..Default::default() }),
        bits(Pop32Atom { atom: 1 }),
    ];
    CoreImage {
        core: CoreId(0),
        shared: SharedConfig {
            num_updates: 1,
            delay_bits: 3,
            vmin_exponent: 23,
            vmax_exponent: 7,
            noise_exponent: 7,
            epoch: 8,
            ..Default::default()
        },
        profiles: vec![child, root],
        homeostasis: vec![
            HomeostasisProfile { decay: 4096, impulse: 3, min: 1, max: 9, gain: 2 },
            HomeostasisProfile::default(),
        ],
        vth_profiles: vec![VthProfile { vth: 100, dynamic: 0 }, VthProfile { vth: 131_071, dynamic: 1 }],
        compartments: (0..4)
            .map(|i| CompartmentConfig {
                bias_mantissa: -4096 + i,
                bias_exponent: 7,
                vth_profile: (i as u32) / 2,
                profile: i as u32 % 2,
            })
            .collect(),
        states: vec![
            CompartmentState { u: -1, v: -8_388_608, refractory: 0 },
            CompartmentState::default(),
            CompartmentState { u: 5, v: 8_388_607, refractory: 63 },
            CompartmentState::default(),
        ],
        homeostasis_states: vec![HomeostasisState { vth_dyn: 131_071, activity: 4, fires: 1 }; 4],
        axon_map: vec![
            AxonMap::default(),
            AxonMap { pointer: 0, length: 4 },
            AxonMap::default(),
            AxonMap { pointer: 2, length: 2 },
        ],
        axons,
        compartment_keys: vec![run(0, 4, 1)],
        ..Default::default()
    }
}

/// Mixed dense, excitatory sparse with delays, inhibitory run length, plastic dense, box.
fn formats() -> Vec<SynapseFormat> {
    let common = SynapseFormat { weight_bits: 7, fanout_type: 1, weight_exponent: -2, ..Default::default() };
    let plastic = SynapseFormat {
        learning: 1,
        weight_bits: 6,
        delay_bits: 3,
        tag_bits: 3,
        compression: 3,
        weight_limit_mantissa: 15,
        weight_limit_exponent: 4,
        ..common
    };
    vec![
        SynapseFormat::default(),
        SynapseFormat { compression: 3, ..common },
        SynapseFormat {
            compression: 0,
            index_bits: 1,
            weight_bits: 1,
            fanout_type: 2,
            delay_bits: 2,
            ..common
        },
        SynapseFormat { compression: 1, skip_bits: 2, fanout_type: 3, ..common },
        plastic,
        SynapseFormat { compression: 3, synapse_type: 1, delay_bits: 3, ..common },
    ]
}

/// Lists of the input axons of the second core.
fn lists() -> [Vec<Block>; 7] {
    let entry = |index, weight, delay, tag| Entry { index, weight, delay, tag };
    [
        vec![Block { format: 1, entries: (0..5).map(|i| entry(i, -256 + 2 * i as i32, 0, 0)).collect() }],
        vec![Block { format: 2, entries: vec![entry(3, 128, 3, 0), entry(0, 0, 0, 0)] }],
        vec![Block { format: 3, entries: vec![entry(1, -255, 0, 0), entry(4, -1, 0, 0)] }],
        vec![
            Block { format: 1, entries: vec![entry(0, 254, 0, 0)] },
            Block { format: 3, entries: vec![entry(2, -7, 0, 0)] },
        ],
        vec![Block { format: 5, entries: vec![entry(0, 8, 6, 0)] }],
        vec![Block {
            format: 4,
            entries: (0..5).map(|i| entry(i, 8 * i as i32 - 16, i, 51 * i as i32 - 256)).collect(),
        }],
        vec![Block { format: 4, entries: vec![entry(0, -240, 6, 255)] }],
    ]
}

/// Compartments with keys 4, 6, 8, 10 and 5: lists of all codings, learning and reward axons.
fn second_core() -> CoreImage {
    let formats = formats();
    let (mut synapses, mut at) = (Vec::new(), Vec::new());
    for list in lists() {
        let start = synapses.len() as u32;
        pack_list(&list, &formats, &mut synapses).expect("the fixture fits its formats");
        at.push((start, synapses.len() as u32 - start));
        if start == 0 {
            synapses.resize(2 * synapses.len(), 0);
        }
    }
    let map = |list: usize, kind, atoms| {
        bits(SynapseMap { pointer: at[list].0, length: at[list].1, kind, atoms, base: 0 })
    };
    let learn = |x1| bits(LearningAxon { pre_profile: 0, x1, x2: 3, tx: 8 });
    let trace = TraceProfile { impulse: 16, fraction: 64, decay: 410 };
    CoreImage {
        core: CoreId(1),
        shared: SharedConfig { num_updates: 2, delay_bits: 3, epoch: 8, ..Default::default() },
        learning: LearningConfig { first_learning_axon: 6, num_reward_axons: 1, reward_decay: 100 },
        profiles: vec![CompartmentProfile {
            refractory: 1,
            bap: 1,
            decay_v: 4095,
            soft_reset: 1,
            ..Default::default()
        }],
        vth_profiles: vec![VthProfile { vth: 1, dynamic: 0 }],
        compartments: vec![CompartmentConfig::default(); 5],
        states: vec![CompartmentState::default(); 5],
        axon_map: vec![AxonMap::default(); 5],
        synapse_map: vec![
            map(1, 0, 1),
            map(0, 1, 2),
            map(2, 2, 2),
            map(3, 0, 1),
            map(4, 0, 1),
            bits(SynapseMap::default()),
            map(5, 0, 1),
            learn(1),
            map(6, 0, 1),
            learn(127),
        ],
        formats,
        synapses,
        pre_profiles: vec![PreProfile([trace; 2])],
        post_profiles: vec![PostProfile([trace, TraceProfile::default(), trace])],
        post_states: vec![PostTraceState { y1: 7, y2: 0, y3: 127, ty: 3, fired: 1 }; 5],
        rules: vec![RuleProfile { pointer: 0, length: 5, k: 2 }],
        microcode: microcode(),
        reward: RewardState { r0: -128, r1: 127, rsum: -2_147_483_648 },
        reward_key: Some(Key(20)),
        compartment_keys: vec![run(4, 4, 2), run(5, 1, 1)],
        axon_keys: vec![run(0, 2, 1)],
        ..Default::default()
    }
}

/// `w += 2^-2 * x1 * (y1 + 3) when y0; t += -8 * sgn(w - 1) when u`.
fn microcode() -> Vec<u16> {
    let first = ProductWord { target: 0, dependency: 1, mantissa: 1, exponent: 5, factors: 2, last: 0 };
    let last = ProductWord { target: 2, dependency: 2, mantissa: -8, exponent: 7, factors: 1, last: 1 };
    let factor = |code, constant| bits(FactorWord { code, constant });
    [bits(first), factor(1, 0), factor(4, 3), bits(last), factor(12, -1)].map(|word| word as u16).into()
}

fn host() -> Host {
    let slot = bits(DiscreteAxon { core: 1, axon: 6, ..Default::default() });
    let input = |key, size, source| HostInput { key: Key(key), size, source };
    let mut axon_map = vec![AxonMap32::default(); 7];
    axon_map[0] = AxonMap32 { pointer: 0, length: 1 };
    Host {
        inputs: vec![
            input(11, 1, HostSource::External),
            input(12, 2, HostSource::Events(vec![(1, 1), (3, 0), (3, 0)])),
            input(14, 2, HostSource::Poisson(vec![1 << 32, 12_345])),
            input(16, 1, HostSource::Poisson(vec![0])),
            input(17, 1, HostSource::Regular { period: 3, first: 2 }),
        ],
        rewards: vec![HostReward {
            key: Key(20),
            events: vec![(2, Some(-3)), (5, None)],
            axons: vec![bits(DiscreteAxon { core: 1, axon: 5, ..Default::default() })],
        }],
        axon_map,
        axons: vec![slot],
    }
}

fn session() -> Session {
    let record =
        |name: &str, of, variable| Record { name: name.into(), of, variable, every: 2, at: Vec::new() };
    Session {
        steps: 10,
        samples: Some(Samples {
            target: SampleTarget::Bias(run(0, 2, 1)),
            count: 3,
            values: vec![1, -2, 3, -4, 5, -4096],
            passes: 2,
            reset: true,
        }),
        records: vec![
            record("a.v", Recorded::Keys(run(0, 4, 1)), Variable::V),
            record("learn.w", Recorded::Plastic(0), Variable::Weight),
            Record {
                every: 1,
                at: vec![1, 7, 9],
                ..record("r \"1\"; \n", Recorded::Reward(0), Variable::R1)
            },
        ],
        measures: vec![Measure {
            kind: isa::op::MeasureKind::Accuracy,
            name: "accuracy".into(),
            of: run(4, 2, 2),
            labels: vec![0, 1, 1],
        }],
    }
}

fn symbols() -> Symbols {
    let node = |name: &str, key, shape: &[u32]| NodeSymbol {
        name: name.into(),
        key: Key(key),
        size: shape.iter().product(),
        shape: shape.into(),
        compartments: vec![String::new()],
    };
    let tree = NodeSymbol { compartments: vec!["dendrite".into(), "soma".into()], ..node("a", 0, &[2]) };
    let place = |axon, entry| SynapsePlace { core: CoreId(1), axon: AxonId(axon), entry };
    Symbols {
        name: "everything".into(),
        step_us: Some(1000),
        populations: vec![tree, node("b", 4, &[7])],
        inputs: vec![
            node("in", 11, &[1]),
            node("list", 12, &[2, 1]),
            node("noise", 14, &[2]),
            node("rest", 16, &[1]),
            node("clock", 17, &[1]),
        ],
        rewards: vec!["dopamine".into()],
        projections: vec!["a->b".into(), "in->b".into()],
        plastic: vec![PlasticProjection {
            projection: 1,
            synapses: vec![place(6, 0), place(6, 4), place(8, 0)],
        }],
    }
}

/// The image.
pub fn everything() -> Image {
    Image {
        chip: ChipDescription::shipped("tiny").expect("it ships"),
        seed: 0xdead_beef,
        cores: vec![first_core(), second_core()],
        host: host(),
        session: session(),
        symbols: symbols(),
    }
}
