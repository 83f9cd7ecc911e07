//! Damaged files: each byte of a small one flipped, each prefix cut. What comes is an error or a result that can be
//! used, never a panic; that nothing hangs shows in the time that the tests take.

use std::path::Path;

use compiler::Options;
use emulator::{Chip, NoObserver};
use image::bytes::{HEADER_BYTES, ROW_BYTES};
use image::{Image, validate};
use isa::chip::ChipDescription;
use isa::ids::{Key, Step};
use network::{Data, LoadError, Loader};
use trace::files::{self, FileError, Numbers};
use trace::{Event, Moment, Raster};
use xxhash_rust::xxh3::xxh3_64;

/// Flips that reach every bit and cross the kinds of characters.
const FLIPS: [u8; 4] = [1, 4, 16, 128];

const SOURCE: &str = r#"step 1 ms
neuron cell { current_decay = 1024, tau_v = 8, vth_mant = 20, refractory = 2 }
neuron tree {
  compartment a { voltage_decay = 300, vth_mant = 30, mode = pass_v }
  soma { vth_mant = 40, join = add(a) }
}
rule pair {
  trace x1(impulse = 40, tau = 4)
  trace y1(impulse = 30, tau = 4)
  dw = 2^-2*x1*y0 - 2^-3*y1*x0
}
input clock[3] = spikes("events.csv")
population a[3] : cell
population b[2] : tree
project clock -> a : dense(load("weights.npz", "w"))
project a -> b.a : all { weight = 64, delay = 2 }
project a -> a : random(p = 0.5, seed = 3) { weight = -16, learn = pair }
record a.v, b.spikes
run 20
"#;

/// Files in memory.
struct Files(Vec<(&'static str, Vec<u8>)>);

impl Loader for Files {
    fn load(&self, path: &str, array: Option<&str>) -> Result<network::Array, LoadError> {
        let file = self.0.iter().find(|file| file.0 == path);
        let (_, bytes) = file.ok_or(LoadError::File { path: path.into(), why: "not there".into() })?;
        let read = match Path::new(path).extension().and_then(|end| end.to_str()) {
            Some("npz") => files::read_npz(bytes, array),
            Some("npy") => files::read_npy(bytes),
            _ => files::read_csv(bytes),
        };
        let found = read.map_err(|error| match error {
            FileError::Member { name, known } => LoadError::Array { path: path.into(), array: name, known },
            error => LoadError::Format { path: path.into(), why: error.to_string() },
        })?;
        let data = match found.values {
            Numbers::Whole(values) => Data::Ints(values),
            Numbers::Float(values) => Data::Reals(values),
        };
        Ok(network::Array { shape: found.shape, data })
    }
}

fn events() -> Vec<u8> {
    b"step,line\n1,0\n1,2\n3,1\n7,0\n".to_vec()
}

fn weights() -> Vec<u8> {
    files::write_npz(&[("w", &[3, 3], &[10, -20, 30, 40, 50, 60, -70, 80, 90])]).expect("it can be encoded")
}

/// What a description and its files give: an image that is valid, or nothing.
fn build(source: &str, files: &Files) -> Option<Image> {
    let graph = network::parse(source, files).ok()?;
    let chip = ChipDescription::shipped("loihi").expect("it ships");
    let image = compiler::compile(&graph, &chip, &Options::default()).ok()?.image;
    let problems = validate(&image);
    assert!(problems.is_empty(), "{}\n{source}", problems[0]);
    Some(image)
}

/// Runs an image that was found valid: it can be loaded.
fn run(image: &Image) -> bool {
    let mut chip = Chip::load(image).unwrap_or_else(|error| panic!("valid, but {error}"));
    chip.run(5, 1, &mut NoObserver, &mut |_, _| {});
    true
}

fn small() -> Image {
    let files = Files(vec![("events.csv", events()), ("weights.npz", weights())]);
    if let Err(diagnostics) = network::parse(SOURCE, &files) {
        panic!("{diagnostics:?}");
    }
    let image = build(SOURCE, &Files(vec![("events.csv", events()), ("weights.npz", weights())]));
    image.expect("the description is right")
}

/// Calls `each` with every damaged version of `bytes`: prefixes, then flips.
fn damaged(bytes: &[u8], mut each: impl FnMut(Vec<u8>)) {
    (0..bytes.len()).for_each(|cut| each(bytes[..cut].to_vec()));
    for at in 0..bytes.len() {
        for flip in FLIPS {
            let mut bad = bytes.to_vec();
            bad[at] ^= flip;
            each(bad);
        }
    }
}

#[test]
fn descriptions() {
    let (mut built, mut refused) = (0, 0);
    damaged(SOURCE.as_bytes(), |bad| {
        let Ok(source) = String::from_utf8(bad) else { return };
        let files = Files(vec![("events.csv", events()), ("weights.npz", weights())]);
        match build(&source, &files) {
            Some(image) => built += usize::from(run(&image)),
            None => refused += 1,
        }
    });
    assert!(built > 50 && refused > 500, "{built} built, {refused} refused");
}

#[test]
fn weight_files() {
    let (mut built, mut refused) = (0, 0);
    damaged(&weights(), |bad| {
        match build(SOURCE, &Files(vec![("events.csv", events()), ("weights.npz", bad)])) {
            Some(image) => built += usize::from(run(&image)),
            None => refused += 1,
        }
    });
    assert!(refused > 300, "{built} built, {refused} refused");
    let npy = files::write_npy(&[3, 3], &[1; 9]).expect("it can be encoded");
    damaged(&npy, |bad| {
        let _ = files::read_npy(&bad);
    });
}

#[test]
fn spike_files() {
    let event = |step, key| Event { at: Moment { sample: 0, step: Step(step) }, key: Key(key) };
    let raster = Raster { events: vec![event(1, 0), event(1, 2), event(9, 1)] };
    let rows = [1, 0, 1, 2, 9, 1];
    let kinds = [
        files::write_events(&raster),
        files::write_npy(&[3, 2], &rows).expect("it can be encoded"),
        files::write_npz(&[("spikes", &[3, 2], &rows)]).expect("it can be encoded"),
        events(),
    ];
    for bytes in kinds {
        assert!(files::read_spikes(&bytes).is_ok());
        let (mut read, mut refused) = (0, 0);
        damaged(&bytes, |bad| match files::read_spikes(&bad) {
            Ok(rows) => {
                read += 1;
                assert!(rows.iter().all(|row| row.0 > 0));
            }
            Err(error) => {
                refused += 1;
                assert!(!error.to_string().is_empty());
            }
        });
        assert!(refused > 10, "{read} read, {refused} refused");
    }
}

#[test]
fn images() {
    let bytes = small().to_bytes().expect("it is valid");
    damaged(&bytes, |bad| assert!(Image::from_bytes(&bad).is_err(), "it is noticed"));
}

/// Damage behind right checksums: what is accepted can be run, printed and written as it was read.
#[test]
fn images_with_forged_checksums() {
    let bytes = small().to_bytes().expect("it is valid");
    let (mut accepted, mut refused) = (0, 0);
    for at in HEADER_BYTES..bytes.len() {
        for flip in FLIPS {
            let mut bad = bytes.clone();
            bad[at] ^= flip;
            forge(&mut bad);
            match Image::from_bytes(&bad) {
                Ok(image) => {
                    accepted += 1;
                    run(&image);
                    assert_eq!(image.to_bytes().as_ref(), Ok(&bad), "byte {at} ^ {flip}");
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(accepted > 100 && refused > 500, "{accepted} accepted, {refused} refused");
}

/// Makes checksums and content hash right again.
fn forge(bytes: &mut [u8]) {
    let number = |bytes: &[u8], at: usize| {
        bytes[at..at + 8].iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let rows = (number(bytes, 12) & 0xffff_ffff) as usize;
    for row in (0..rows).map(|row| HEADER_BYTES + ROW_BYTES * row) {
        let (offset, length) = (number(bytes, row + 8) as usize, number(bytes, row + 16) as usize);
        let Some(body) = bytes.get(offset..offset.saturating_add(length)) else { continue };
        let checksum = xxh3_64(body).to_le_bytes();
        bytes[row + 24..row + 32].copy_from_slice(&checksum);
    }
    let content = xxh3_64(&bytes[HEADER_BYTES..HEADER_BYTES + ROW_BYTES * rows]).to_le_bytes();
    bytes[24..32].copy_from_slice(&content);
}

#[test]
fn assembly() {
    let text = asm::print(&small());
    let (mut ran, mut refused) = (0, 0);
    damaged(text.as_bytes(), |bad| {
        let Ok(text) = String::from_utf8(bad) else { return };
        match asm::parse(&text).ok().filter(|image| validate(image).is_empty()) {
            Some(image) => ran += usize::from(run(&image)),
            None => refused += 1,
        }
    });
    assert!(ran > 100 && refused > 500, "{ran} ran, {refused} refused");
}
