//! The manual's vectors, recomputed: documentation that can fail.

use seamount_isa as isa;

use isa::draw::{Stream, StreamKey, mix};
use isa::num;
use isa::op::SignMode;
use isa::synapse::{Block, Entry, pack_list};
use isa::words::{FactorWord, ProductWord, SynapseFormat, Word};

const MANUAL: &str = include_str!("../README.md");

/// The lines of every block of that kind, cut into words.
fn vectors(kind: &str) -> Vec<Vec<&'static str>> {
    let mark = format!("```vectors {kind}\n");
    let block = |rest: &'static str| rest.split("```").next().unwrap_or_default();
    let blocks = MANUAL.split(mark.as_str()).skip(1).map(block);
    let lines: Vec<Vec<&str>> =
        blocks.flat_map(str::lines).map(|line| line.split_whitespace().collect()).collect();
    assert!(!lines.is_empty(), "the manual has no vectors of kind {kind}");
    lines
}

/// What follows a word in a line.
fn after<T: std::str::FromStr>(line: &[&str], word: &str) -> T {
    let at = line.iter().position(|w| *w == word).unwrap_or_else(|| panic!("{line:?}: no {word}"));
    line[at + 1].parse().unwrap_or_else(|_| panic!("{line:?}: {word} {}", line[at + 1]))
}

fn hex(text: &str) -> u64 {
    u64::from_str_radix(text, 16).unwrap_or_else(|_| panic!("{text} is not hexadecimal"))
}

/// What stands behind the arrow.
fn result<'a>(line: &[&'a str]) -> Vec<&'a str> {
    line.iter().copied().skip_while(|w| *w != "->").skip(1).collect()
}

#[test]
fn every_block_of_vectors_is_read() {
    let kinds = ["decay", "weight", "block", "compartment", "noise", "microcode", "threefry", "draw"];
    assert_eq!(MANUAL.matches("```vectors ").count(), kinds.len());
    kinds.iter().for_each(|kind| assert!(!vectors(kind).is_empty()));
}

#[test]
fn the_size_of_a_core_is_that_of_its_memories() {
    let limits = isa::spec::default_chip().limits;
    let bits: u32 = isa::spec::MEMORIES.iter().map(|memory| memory.entries(&limits) * memory.bits()).sum();
    let (millions, thousands, ones) = (bits / 1_000_000, bits / 1000 % 1000, bits % 1000);
    assert!(MANUAL.contains(&format!("{millions},{thousands:03},{ones:03}\nbits")), "{bits} bits");
    assert_eq!(isa::spec::MEMORIES.len(), 20, "the manual says twenty");
}

#[test]
fn decays_weights_and_noise() {
    for line in vectors("decay") {
        assert_eq!(num::decay(after(&line, "y"), after(&line, "d")), after(&line, "->"), "{line:?}");
    }
    for line in vectors("weight") {
        let mode = SignMode::from_name(line[0]).expect("a sign mode");
        let (bits, m): (u32, i32) = (line[1].parse().expect("bits"), after(&line, "m"));
        assert_eq!(num::weight_field(m, mode, bits), after::<u32>(&line, "field"), "{line:?}");
        assert_eq!(num::eff_weight(m, after(&line, "exponent")), after::<i32>(&line, "eff"), "{line:?}");
    }
    for line in vectors("noise") {
        let noise = num::noise(after(&line, "s"), after(&line, "offset"), after(&line, "E"));
        assert_eq!(noise, after(&line, "->"), "{line:?}");
    }
}

#[test]
fn blocks_of_synapses() {
    for line in vectors("block") {
        let mode = SignMode::from_name(line[0]).expect("a sign mode");
        let id: u32 = line[4].trim_end_matches(':').parse().expect("a format id");
        let format = SynapseFormat {
            fanout_type: mode.code(),
            weight_bits: after(&line, "code"),
            compression: 3,
            ..SynapseFormat::default()
        };
        let weights = line.iter().skip(5).take_while(|w| **w != "->").map(|w| w.parse().expect("a weight"));
        let entries =
            weights.zip(0..).map(|(weight, index)| Entry { index, weight, ..Entry::default() }).collect();
        let mut words = Vec::new();
        pack_list(&[Block { format: id, entries }], &[format; 2], &mut words).expect("a block that fits");
        assert_eq!(words, result(&line).into_iter().map(hex).collect::<Vec<u64>>(), "{line:?}");
    }
}

#[test]
fn the_recorded_compartment() {
    let lines = vectors("compartment");
    let head = &lines[0];
    let (du, dv, r): (u32, u32, u32) = (after(head, "du"), after(head, "dv"), after(head, "r"));
    let vth = num::threshold(after(head, "vth"));
    let (mut u, mut v, mut held) = (0, 0, 0);
    let (mut us, mut registers) = (Vec::new(), Vec::new());
    for t in 1..=12 {
        let q = if t == after::<i32>(head, "at") { after(head, "input") } else { 0 };
        u = num::wrap(i64::from(num::decay(u, du)) + i64::from(q), num::U_BITS);
        v = if held > 0 { 0 } else { num::decay(v, dv) + u };
        let fires = v > vth;
        if fires {
            (v, held) = (0, r);
        }
        registers.push(if held > 0 { num::held_register(r, r - held) } else { v }.to_string());
        held = held.saturating_sub(1);
        us.push(u.to_string());
    }
    assert_eq!(lines[1][1..], us);
    assert_eq!(lines[2][1..], registers);
}

#[test]
fn microcode_of_pair_stdp() {
    for line in vectors("microcode") {
        let (last, factor) = line[9].split_at(1);
        assert_eq!(factor, ":");
        let product = ProductWord {
            target: after(&line, "target"),
            dependency: after(&line, "dependency"),
            mantissa: after(&line, "m"),
            exponent: (after::<i32>(&line, "x") + 7) as u32,
            factors: 1,
            last: last.parse().expect("a bit"),
        };
        let factor =
            FactorWord { code: line[10].parse().expect("a code"), constant: line[11].parse().expect("C") };
        let words = [product.pack().expect("it fits"), factor.pack().expect("it fits")];
        assert_eq!(words.to_vec(), result(&line).into_iter().map(hex).collect::<Vec<u64>>(), "{line:?}");
    }
}

#[test]
fn draws() {
    for line in vectors("threefry") {
        let word = |i: usize| hex(line[i]) as u32;
        assert_eq!(mix([word(1), word(2)], [word(4), word(5)]), [word(7), word(8)], "{line:?}");
    }
    let streams = [
        Stream::Noise,
        Stream::Pre,
        Stream::Post,
        Stream::Synapse,
        Stream::Homeostasis,
        Stream::Reward,
        Stream::Input,
    ];
    for line in vectors("draw") {
        let stream = streams[after::<usize>(&line, "stream")];
        let key = StreamKey::new(after(&line, "seed"), stream, after(&line, "time"), after(&line, "sub"));
        let z = key.draw(after(&line, "a"), after(&line, "b"));
        let result = result(&line);
        assert_eq!(key.0.map(u64::from), [hex(result[1]), hex(result[2])], "{line:?}");
        assert_eq!(z.0, hex(result[4]), "{line:?}");
    }
}
