//! Random images: memories of random words, within fields or outside of them, and random packed lists.

extern crate seamount_asm as asm;

use asm::{parse, print};
use image::{CoreImage, Image, KeyRun, Memory};
use isa::chip::ChipDescription;
use isa::ids::{CoreId, Key};
use isa::synapse::{Block, Entry, pack_list};
use isa::words::{LearningConfig, SynapseFormat, SynapseMap, Word};
use proptest::collection::vec;
use proptest::prelude::*;

/// Rows of a memory: random bits, of which those of no field are cleared where the layout is fixed.
fn rows(memory: Memory) -> impl Strategy<Value = Vec<u64>> {
    let layout = CoreImage::layout(memory);
    let mask = layout.map_or(!0, |layout| !layout.unused()) & (!0 >> (64 - memory.spec().bits()));
    let count = match memory {
        Memory::SharedConfig | Memory::LearningConfig | Memory::RewardState => 1..=1,
        _ => 0..=5usize,
    };
    let group = memory.spec().words_per_entry as usize;
    let row = prop_oneof![Just(0), any::<u64>(), (0u32..64).prop_map(|bit| 1 << bit)];
    vec(row, count).prop_map(move |rows| {
        let rows: Vec<u64> = rows.iter().map(|bits| bits & mask).collect();
        let grouped = rows.iter().flat_map(|bits| std::iter::repeat_n(*bits, group));
        if group > 1 { grouped.collect() } else { rows }
    })
}

fn core(id: u32) -> impl Strategy<Value = CoreImage> {
    let memories: Vec<_> = Memory::ALL.iter().map(|memory| rows(*memory)).collect();
    let runs = || vec((any::<u32>(), any::<u32>(), any::<u32>()), 0..3);
    (memories, runs(), runs(), any::<Option<u32>>()).prop_map(move |(memories, a, b, reward)| {
        let mut core = CoreImage { core: CoreId(id), ..CoreImage::default() };
        for (memory, rows) in Memory::ALL.iter().zip(memories) {
            core.set_rows(*memory, rows.into_iter()).expect("valid by construction");
        }
        let run = |(key, count, stride)| KeyRun { key: Key(key), count, stride };
        core.compartment_keys = a.into_iter().map(run).collect();
        core.axon_keys = b.into_iter().map(run).collect();
        core.reward_key = reward.map(Key);
        core
    })
}

/// A format that can be used, and entries for a block of it that ascend.
fn block() -> impl Strategy<Value = (SynapseFormat, Vec<Entry>)> {
    let format = (0..3usize, 1u32..8, 0u32..7, any::<bool>(), 1u32..4, 1u32..8);
    let format =
        format.prop_map(|(compression, weight_bits, delay_bits, tag, fanout_type, place)| SynapseFormat {
            compression: [0, 1, 3][compression],
            weight_bits,
            delay_bits,
            tag_bits: if tag { 3 } else { 0 },
            fanout_type,
            skip_bits: place,
            index_bits: 7,
            ..SynapseFormat::default()
        });
    (format, vec((0u32..2, any::<u32>(), any::<u32>(), any::<i32>()), 1..=64)).prop_map(|(format, random)| {
        let mode = format.mode().expect("valid by construction");
        let bits = format.stored_weight_bits();
        let entry = |(i, (skip, weight, delay, tag)): (usize, (u32, u32, u32, i32))| Entry {
            index: match format.compression {
                0 => 2 * i as u32 + skip,
                1 => 2 * i as u32 + 1,
                _ => i as u32,
            },
            weight: isa::num::field_weight(weight % (1 << bits), mode, bits),
            delay: delay % (1 << format.delay_bits),
            tag: if format.tag_bits == 3 { tag.rem_euclid(512) - 256 } else { 0 },
        };
        let entries = random.into_iter().enumerate().map(entry).collect();
        (format, entries)
    })
}

/// A core of lists, with gaps and a word of rubbish.
fn lists() -> impl Strategy<Value = CoreImage> {
    vec((block(), 0..3usize, any::<bool>()), 1..7).prop_map(|blocks| {
        let mut core = CoreImage { formats: vec![SynapseFormat::default()], ..CoreImage::default() };
        for (id, ((format, entries), gap, rubbish)) in blocks.into_iter().enumerate() {
            core.formats.push(format);
            let pointer = core.synapses.len() as u32;
            let block = Block { format: id as u32 + 1, entries };
            pack_list(&[block], &core.formats, &mut core.synapses).expect("valid by construction");
            let length = core.synapses.len() as u32 - pointer;
            core.synapse_map.push(
                SynapseMap { pointer, length, atoms: 1, ..SynapseMap::default() }
                    .pack()
                    .expect("valid by construction"),
            );
            core.synapses.resize(core.synapses.len() + gap, if rubbish { 0x123 } else { 0 });
        }
        core.learning = LearningConfig {
            first_learning_axon: core.synapse_map.len() as u32,
            ..LearningConfig::default()
        };
        core
    })
}

fn image(cores: Vec<CoreImage>) -> Image {
    let chip = ChipDescription::shipped("loihi").expect("valid by construction");
    Image {
        chip,
        seed: 1,
        cores,
        host: Default::default(),
        session: Default::default(),
        symbols: Default::default(),
    }
}

fn returns(image: &Image) -> Result<(), TestCaseError> {
    let bytes = image.to_bytes().expect("valid by construction");
    prop_assert_eq!(&Image::decode(&bytes).expect("valid by construction"), image);
    let text = print(image);
    let back = parse(&text).map_err(|faults| TestCaseError::fail(format!("{faults:?}\n{text}")))?;
    prop_assert_eq!(&back, image);
    prop_assert_eq!(back.to_bytes().expect("valid by construction"), bytes);
    prop_assert_eq!(print(&back), text);
    // Whatever it is, it can be judged and compared.
    let problems = image::validate(image);
    prop_assert!(problems.len() <= 100);
    prop_assert_eq!(image::diff(image, &back), vec![]);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_words_come_back(first in core(0), second in core(7)) {
        returns(&image(vec![first, second]))?;
    }

    #[test]
    fn random_lists_come_back_as_lists(core in lists()) {
        let image = image(vec![core]);
        returns(&image)?;
        prop_assert_eq!(print(&image).matches("    list ").count(), image.cores[0].synapse_map.len());
    }
}
