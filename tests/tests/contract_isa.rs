//! Vectors of the contract that need no network, on `isa` itself: draws (C01), weights (C03), packed synapses (C12),
//! and the limits of C14 that are a matter of memory words.

use std::collections::BTreeSet;

use isa::draw::{Draw, Stream, StreamKey, mix};
use isa::num;
use isa::op::{SignMode, weight_bits_code};
use isa::synapse::{Block, Entry, pack_list, unpack_list};
use isa::words::{DiscreteAxon, Pop32Atom, SynapseFormat, Word};
use seamount_tests::contract::{Case, all_hold, cases};
use serde::Deserialize;
use serde_json::{Value, json};

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, shown: &T) -> Result<(), String> {
    if expected == shown { Ok(()) } else { Err(format!("{what}: {expected:?} expected, {shown:?} shown")) }
}

fn hex32(words: &[String; 2]) -> [u32; 2] {
    words.each_ref().map(|word| u32::from_str_radix(word, 16).expect("8 hexadecimal digits"))
}

#[derive(Deserialize)]
struct Threefry {
    key: [String; 2],
    counter: [String; 2],
}

#[test]
fn threefry_known_answers() {
    all_hold(&cases("C01_random", "threefry"), |case| {
        let given: Threefry = case.given();
        let expected: [String; 2] = case.expected();
        equal("words", &hex32(&expected), &mix(hex32(&given.key), hex32(&given.counter)))
    });
}

#[derive(Deserialize)]
struct DrawCase {
    seed: u32,
    stream: u32,
    time: u32,
    sub: u32,
    a: u32,
    b: u32,
}

#[derive(Deserialize)]
struct Drawn {
    #[serde(rename = "K")]
    key: [String; 2],
    z: String,
    fields: Value,
}

/// The bit fields of a stream's draw, by the names of the vectors.
fn fields(stream: Stream, b: u32, z: Draw) -> Value {
    let all = |n: u32, f: &dyn Fn(u32) -> u32| (0..n).map(f).collect::<Vec<u32>>();
    match (stream, b) {
        (Stream::Noise, _) => json!({ "s": z.noise_sample() }),
        (Stream::Pre, _) => json!({
            "decay": all(2, &|i| z.decay_bits(i)),
            "impulse": all(2, &|i| z.pre_impulse_bits(i)),
            "extra": all(2, &|i| z.pre_extra_bits(i)),
        }),
        (Stream::Post, 0) => json!({
            "decay": all(3, &|i| z.decay_bits(i)),
            "impulse": all(3, &|i| z.post_impulse_bits(i)),
        }),
        (Stream::Post, _) => json!({ "extra": all(3, &|i| z.post_extra_bits(i)) }),
        (Stream::Synapse, _) => json!({
            "w": all(9, &|i| z.weight_bits(i + 7)), "d": z.delay_bits(), "t": z.tag_bits(),
        }),
        (Stream::Homeostasis | Stream::Reward, _) => json!({ "r12": z.decay_bits(0) }),
        (Stream::Input, _) => json!({ "o0": z.bits(31, 0) }),
    }
}

#[test]
fn draws_of_every_stream() {
    let streams = [
        Stream::Noise,
        Stream::Pre,
        Stream::Post,
        Stream::Synapse,
        Stream::Homeostasis,
        Stream::Reward,
        Stream::Input,
    ];
    all_hold(&cases("C01_random", "draw"), |case| {
        let given: DrawCase = case.given();
        let expected: Drawn = case.expected();
        let stream = streams[given.stream as usize];
        assert_eq!(stream as u32, given.stream);
        let key = StreamKey::new(given.seed, stream, given.time, given.sub);
        let z = key.draw(given.a, given.b);
        equal("K", &hex32(&expected.key), &key.0)?;
        equal("z", &expected.z, &format!("{:016x}", z.0))?;
        equal("fields", &expected.fields, &fields(stream, given.b, z))
    });
}

#[derive(Deserialize)]
struct WeightCase {
    mode: String,
    bits: u32,
    #[serde(default)]
    exp: i32,
    mantissas: Vec<i32>,
}

fn mode(name: &str) -> SignMode {
    SignMode::from_name(&name.to_lowercase()).expect("a sign mode")
}

#[test]
fn weights_are_stored_and_scaled() {
    all_hold(&cases("C03_weights", "weights"), |case| {
        let given: WeightCase = case.given();
        let mode = mode(&given.mode);
        let lsb = num::weight_lsb(mode, given.bits);
        let (low, high) = num::weight_range(mode, lsb);
        let stored = |&m: &i32| {
            let encodable = weight_bits_code(given.bits).is_some();
            let taken = encodable && (low..=high).contains(&m) && m % (1 << lsb) == 0;
            taken.then(|| {
                let field = num::weight_field(m, mode, given.bits);
                (field, num::eff_weight(m, given.exp), num::field_weight(field, mode, given.bits))
            })
        };
        let shown: Vec<Option<(u32, i32, i32)>> = given.mantissas.iter().map(stored).collect();
        equal("stored", &case.expected(), &shown)
    });
}

#[test]
fn weights_from_text_are_truncated() {
    all_hold(&cases("C03_weights", "text_weights"), |case| {
        let given: WeightCase = case.given();
        let mode = mode(&given.mode);
        let (low, high) = num::text_weight_range(mode);
        let truncated = |&m: &i32| {
            let lsb = num::weight_lsb(mode, given.bits);
            let taken = weight_bits_code(given.bits).is_some() && (low..=high).contains(&m);
            taken.then(|| num::truncate_weight(m, lsb))
        };
        let shown: Vec<Option<i32>> = given.mantissas.iter().map(truncated).collect();
        equal("mantissas", &case.expected(), &shown)
    });
}

type Row = (u32, i32, u32, i32);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Format {
    mode: String,
    compression: u32,
    wgt_bits: u32,
    dly_bits: u32,
    tag_bits: u32,
    idx_bits: u32,
    skip_bits: u32,
}

impl Format {
    fn word(&self) -> SynapseFormat {
        SynapseFormat {
            fanout_type: mode(&self.mode).code(),
            compression: self.compression,
            weight_bits: self.wgt_bits,
            delay_bits: self.dly_bits,
            tag_bits: self.tag_bits,
            index_bits: self.idx_bits,
            skip_bits: self.skip_bits,
            ..SynapseFormat::default()
        }
    }
}

#[derive(Deserialize)]
struct PackCase {
    formats: std::collections::BTreeMap<usize, Format>,
    length: usize,
    lists: Vec<Vec<(u32, Vec<Row>)>>,
}

#[derive(Deserialize)]
struct Packed {
    words: Vec<String>,
    entries: Vec<Vec<Row>>,
}

fn block((format, rows): &(u32, Vec<Row>)) -> Block {
    let entry = |&(index, weight, delay, tag): &Row| Entry { index, weight, delay, tag };
    Block { format: *format, entries: rows.iter().map(entry).collect() }
}

fn packs(case: &Case) -> Result<(), String> {
    let given: PackCase = case.given();
    let expected: Packed = case.expected();
    let mut formats = vec![SynapseFormat::default(); 8];
    given.formats.iter().for_each(|(&id, format)| formats[id] = format.word());
    let parse = |word: &String| u64::from_str_radix(word, 16).expect("16 hexadecimal digits");
    let expected_words: Vec<u64> = expected.words.iter().map(parse).collect();
    let mut words = Vec::new();
    for (i, list) in given.lists.iter().enumerate() {
        let blocks: Vec<Block> = list.iter().map(block).collect();
        pack_list(&blocks, &formats, &mut words).map_err(|error| error.to_string())?;
        words.resize((i + 1) * given.length, 0);
        let read = unpack_list(&expected_words[i * given.length..(i + 1) * given.length], &formats);
        let read = read.map_err(|error| error.to_string())?;
        equal("blocks", &blocks, &read)?;
        let rows: Vec<Row> =
            read.iter().flat_map(|b| &b.entries).map(|e| (e.index, e.weight, e.delay, e.tag)).collect();
        equal("entries", &expected.entries[i], &rows)?;
    }
    equal("words", &expected_words, &words)
}

#[test]
fn lists_are_packed_and_read() {
    all_hold(&cases("C12_synapse_memory", "pack"), packs);
}

#[derive(Deserialize)]
struct LimitCase {
    field: String,
    values: Vec<i64>,
}

/// Whether a block of `entries` dense entries of that format id is packed.
fn packed(id: u32, entries: i64) -> bool {
    let dense = SynapseFormat { compression: 3, weight_bits: 7, fanout_type: 2, ..SynapseFormat::default() };
    let Ok(entries) = u16::try_from(entries) else { return false };
    let entries = (0..u32::from(entries)).map(|index| Entry { index, ..Entry::default() }).collect();
    pack_list(&[Block { format: id, entries }], &[dense; 9], &mut Vec::new()).is_ok()
}

fn skips(gap: u32) -> bool {
    let format = SynapseFormat {
        compression: 1,
        skip_bits: 3,
        weight_bits: 7,
        fanout_type: 2,
        ..SynapseFormat::default()
    };
    let entries = [0, gap.saturating_add(1)].map(|index| Entry { index, ..Entry::default() }).to_vec();
    pack_list(&[Block { format: 1, entries }], &[format; 2], &mut Vec::new()).is_ok()
}

/// Whether the value is taken; `None` where the field is a matter of the graph.
fn taken(field: &str, value: i64) -> Option<bool> {
    let unsigned = value as u32;
    match field {
        "skip gap of skipBits 3" => Some(skips(unsigned)),
        "format id" => Some(packed(unsigned, 1)),
        "entries of a block" => Some(packed(1, value)),
        "pop32 atom" => Some(Pop32Atom { atom: unsigned }.pack().is_ok()),
        "discrete axon id" => Some(DiscreteAxon { axon: unsigned, ..DiscreteAxon::default() }.pack().is_ok()),
        _ => None,
    }
}

#[test]
fn limits_of_memory_words() {
    let cases = cases("C14_limits", "limits");
    let mut held = BTreeSet::new();
    for case in &cases {
        let given: LimitCase = case.given();
        let shown: Option<Vec<bool>> = given.values.iter().map(|&value| taken(&given.field, value)).collect();
        if let Some(shown) = shown {
            assert_eq!(case.expected::<Vec<bool>>(), shown, "{}", given.field);
            held.insert(given.field);
        }
    }
    assert_eq!(held.len(), 5, "fields of memory words: {held:?}");
}
