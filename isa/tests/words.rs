//! Words: packed and unpacked, refused where a value does not fit; chips: parsed, and refused where a field is too
//! narrow for a limit.

use seamount_isa as isa;

use isa::chip::{ChipDescription, ChipError, SHIPPED};
use isa::ids::CoreId;
use isa::layout::{Field, Word, is_sound};
use isa::spec;
use isa::words::*;
use proptest::prelude::*;

/// Packs values drawn within the fields' ranges, and unpacks random bits.
fn comes_back<W: Word + std::fmt::Debug>(random: &[u64]) {
    let mut next = random.iter().copied().cycle();
    let values: Vec<i64> = W::FIELDS
        .iter()
        .map(|f| match next.next().unwrap_or(0) % 8 {
            0 => f.min(),
            1 => f.max(),
            _ => f.min() + (next.next().unwrap_or(0) % (f.max() - f.min() + 1) as u64) as i64,
        })
        .collect();
    let word = W::from_values(&values);
    assert_eq!(word.values(), values);
    let bits = word.pack().expect("values in range");
    assert_eq!(W::unpack(bits), word);
    assert_eq!(bits & W::unused_mask(), 0);
    let bits = next.next().unwrap_or(0);
    let again = W::unpack(bits).pack().expect("unpacked fields fit");
    assert_eq!(again, bits & !W::unused_mask());
}

/// Calls a generic function for every word.
macro_rules! all_words {
    ($f:ident $argument:tt) => { all_words!(@ $f $argument
        SharedConfig LearningConfig RewardState CompartmentProfile HomeostasisProfile VthProfile TraceProfile
        CompartmentConfig CompartmentState HomeostasisState PostTraceState Accumulator AxonMap DiscreteAxon Pop16Axon
        Pop32Axon Pop32Atom SynapseMap LearningAxon SynapseFormat RuleProfile ProductWord FactorWord Flit ChipHeader
        ManagementHeader) };
    (@ $f:ident $argument:tt $($word:ident)*) => { $($f::<$word> $argument;)* };
}

proptest! {
    #[test]
    fn any_word_comes_back(random in prop::collection::vec(any::<u64>(), 64)) {
        all_words!(comes_back (&random));
    }

    #[test]
    fn any_text_is_a_chip_or_an_error(text in "(name|board|mesh|limits|[\\[\\]= \n0-9a-z\"_.-]){0,40}") {
        let _ = ChipDescription::from_toml(&text);
    }
}

fn refuses_what_does_not_fit<W: Word>() {
    for (i, field) in W::FIELDS.iter().enumerate() {
        for value in [field.min() - 1, field.max() + 1] {
            let mut values = W::default().values();
            values[i] = value;
            // A 32-bit field holds everything that its Rust type does, and an unsigned one cannot be negative.
            let representable =
                if field.signed { i32::try_from(value).is_ok() } else { u32::try_from(value).is_ok() };
            if !representable {
                continue;
            }
            let error = W::from_values(&values).pack().expect_err(field.name);
            assert_eq!((error.word, error.field, error.value), (W::NAME, field.name, value));
            assert_eq!((error.min, error.max), (field.min(), field.max()));
        }
    }
}

#[test]
fn a_value_outside_of_its_field_is_refused_by_name() {
    all_words!(refuses_what_does_not_fit());
    let error = VthProfile { vth: 131_072, dynamic: 0 }.pack().expect_err("18 bits");
    assert_eq!(error.to_string(), "VthProfile.vth = 131072 does not fit: 0..=131071");
}

#[test]
fn fields_that_overlap_or_leave_their_word_are_not_sound() {
    let field = |hi, lo| Field { name: "f", hi, lo, signed: false, doc: "" };
    assert!(is_sound(&[field(3, 0), field(7, 4)], 8));
    assert!(!is_sound(&[field(4, 0), field(7, 4)], 8), "overlap");
    assert!(!is_sound(&[field(3, 0), field(8, 4)], 8), "outside");
    assert!(!is_sound(&[field(0, 3)], 8), "upside down");
    assert!(!is_sound(&[field(32, 0)], 64), "wider than its Rust type");
    assert!(!is_sound(&[field(3, 0)], 65), "wider than a memory");
}

#[test]
fn pop16_splits_id_and_atom() {
    for extra in 0..=4 {
        let (id, atom) = ((1 << (10 - extra)) - 1, (1 << (5 + extra)) - 2);
        let axon = Pop16Axon {
            kind: 1,
            extra,
            payload: Pop16Axon::payload(id, atom, extra),
            ..Pop16Axon::default()
        };
        assert_eq!((axon.id(), axon.atom()), (id, atom));
        assert!(axon.pack().is_ok(), "15 bits hold both");
    }
}

#[test]
fn every_shipped_chip_parses_under_its_name() {
    assert!(SHIPPED.len() >= 7);
    for (name, text) in SHIPPED {
        let chip = ChipDescription::from_toml(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(chip.name, *name);
        assert_eq!(ChipDescription::shipped(name).as_ref(), Ok(&chip));
    }
    let cores = |name| ChipDescription::shipped(name).map(|chip| chip.cores());
    assert_eq!(cores("loihi"), Ok(128));
    assert_eq!(["loihi-2", "loihi-8", "loihi-32", "loihi-768"].map(cores), [256, 1024, 4096, 98_304].map(Ok));
    assert!(matches!(ChipDescription::shipped("lohi"), Err(ChipError::Unknown(..))));
}

#[test]
fn a_limit_that_its_field_cannot_address_is_refused() {
    let chip = spec::default_chip();
    for (i, row) in chip.limits.rows().iter().enumerate() {
        let with = |value: u32| {
            let mut json = serde_json::to_value(&chip).expect("a chip as JSON");
            json["limits"][row.name] = value.into();
            let chip: ChipDescription = serde_json::from_value(json).expect("a chip");
            assert_eq!(chip.limits.rows()[i].value, value, "{}", row.name);
            chip.check()
        };
        assert_eq!(with(row.max), Ok(()), "{} = {}", row.name, row.max);
        for value in [0, row.max + 1] {
            let (chip, limit, max) = ("loihi".to_string(), row.name, row.max);
            assert_eq!(with(value), Err(ChipError::Limit { chip, limit, value, max }));
        }
    }
}

#[test]
fn boards_of_absurd_size_are_refused_and_unknown_fields_are_named() {
    let text = SHIPPED[0].1.replace("width = 8", "width = 4000000000");
    assert!(matches!(ChipDescription::from_toml(&text), Err(ChipError::Limit { limit: "mesh.width", .. })));
    let text = SHIPPED[0].1.replace("axons_in", "axons_inn");
    let error = ChipDescription::from_toml(&text).expect_err("an unknown field");
    assert!(error.to_string().contains("axons_inn"), "{error}");
}

#[test]
fn every_core_has_a_place_of_its_own() {
    let chip = ChipDescription::shipped("loihi-2").expect("it ships");
    let mut places: Vec<_> = (0..chip.cores()).map(|core| chip.place(CoreId(core))).collect();
    assert!(places.iter().all(|p| p.slot < 4 && p.y < 4 && p.x < 8 * chip.board.width && p.chip < 2));
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 256);
}

#[test]
fn the_spec_hash_follows_the_shape() {
    assert_ne!(spec::spec_hash(), 0);
    let shape = spec::shape();
    assert!(shape.contains("field vth 16:0 false\n") && shape.contains("code 3 max\n"), "{shape}");
    assert!(!shape.contains("threshold mantissa, 0..=131071"), "documentation is no shape");
}
