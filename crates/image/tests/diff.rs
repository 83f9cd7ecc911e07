//! Differences are named by field; equal images have none, and only they.

extern crate seamount_image as image;

mod common;

use common::everything;
use image::{Image, Memory};

fn differences(change: impl FnOnce(&mut Image)) -> Vec<String> {
    let mut image = everything();
    change(&mut image);
    image::diff(&everything(), &image).iter().map(ToString::to_string).collect()
}

#[test]
fn equal_images_have_no_differences() {
    assert_eq!(differences(|_| ()), Vec::<String>::new());
}

#[test]
fn fields_are_named() {
    assert_eq!(
        differences(|i| i.cores[0].vth_profiles[0].vth = 101),
        ["core0 vth_profiles[0] vth 100 -> 101"]
    );
    assert_eq!(
        differences(|i| i.cores[0].compartments[2].bias_mantissa = 7),
        ["core0 cx2 bias_mantissa -4094 -> 7"]
    );
    assert_eq!(
        differences(|i| i.cores[0].profiles[1].join = 6),
        ["core0 compartment_profiles[1] join add -> or"]
    );
    assert_eq!(differences(|i| i.cores[1].shared.epoch = 9), ["core1 shared_config epoch 8 -> 9"]);
    assert_eq!(differences(|i| i.cores[1].synapse_map[7] ^= 1 << 2), ["core1 axon7 x1 1 -> 0"]);
    assert_eq!(differences(|i| i.cores[1].microcode[2] ^= 1 << 4), ["core1 microcode[2] constant 3 -> 2"]);
    assert_eq!(differences(|i| i.cores[0].axons[3] ^= 2), ["core0 axons_out[3] atom 1 -> 3"]);
    assert_eq!(
        differences(|i| i.cores[0].axons[0] |= 1 << 63),
        ["core0 axons_out[0] word DiscreteAxon 0x40010000 -> DiscreteAxon 0x8000000040010000"]
    );
}

#[test]
fn synapses_are_decoded() {
    let weight = |i: &mut Image| *i.cores[1].synapses.last_mut().unwrap() ^= 2 << 10;
    assert_eq!(differences(weight), ["core1 axon8 entry 0 weight -240 -> -256"]);
    let padding = |i: &mut Image| *i.cores[1].synapses.last_mut().unwrap() |= 1 << 63;
    let raw = differences(padding);
    assert!(raw[0].starts_with("core1 synapses[9] word 0x0") && raw.len() == 1, "{raw:?}");
    let shorter = differences(|i| i.cores[1].synapse_map[3] -= 1 << 16);
    assert_eq!(shorter, ["core1 axon3 length 2 -> 1"]);
}

#[test]
fn structures_are_compared_leaf_by_leaf() {
    assert_eq!(differences(|i| i.seed = 1), ["board seed 3735928559 -> 1"]);
    assert_eq!(differences(|i| i.session.steps = 64), ["session steps 10 -> 64"]);
    assert_eq!(
        differences(|i| i.symbols.inputs[1].name = "x".into()),
        ["symbols inputs[1].name \"list\" -> \"x\""]
    );
    assert_eq!(differences(|i| i.cores[1].axon_keys[0].stride = 2), ["core1 axon_keys[0].stride 1 -> 2"]);
    assert_eq!(differences(|i| i.cores[1].reward_key = None), ["core1 reward_key 20 -> -"]);
    assert_eq!(differences(|i| i.chip.limits.stack = 3), ["chip limits.stack 16 -> 3"]);
    assert_eq!(differences(|i| drop(i.cores.pop())), ["core1 cores 1 -> 0"]);
}

/// Every bit of every row of every memory: one flipped is a difference.
#[test]
fn no_difference_is_overlooked() {
    let mut flips = 0;
    for core in 0..2 {
        for &memory in Memory::ALL {
            let mut rows = Vec::new();
            everything().cores[core].each_bits(memory, |bits| rows.push(bits)).unwrap();
            for row in 0..rows.len() {
                for bit in 0..memory.spec().bits() {
                    let mut image = everything();
                    let flip = |(i, bits): (usize, &u64)| if i == row { bits ^ 1 << bit } else { *bits };
                    image.cores[core].set_rows(memory, rows.iter().enumerate().map(flip)).unwrap();
                    let same = image == everything();
                    assert_eq!(
                        image::diff(&everything(), &image).is_empty(),
                        same,
                        "core{core} {memory:?} row {row} bit {bit}"
                    );
                    flips += usize::from(!same);
                }
            }
        }
    }
    assert!(flips > 3000, "{flips}");
}
