//! Bytes: the way back, and what happens to bytes that are no image.

extern crate seamount_image as image;

mod common;

use common::everything;
use image::bytes::{FORMAT_VERSION, HEADER_BYTES, MAGIC};
use image::{Image, ImageError};

#[test]
fn the_same_image_comes_back_from_the_same_bytes() {
    let image = everything();
    assert_eq!(image::validate(&image), []);
    let bytes = image.to_bytes().unwrap();
    let back = Image::from_bytes(&bytes).unwrap();
    assert_eq!(back, image);
    assert_eq!(back.to_bytes().unwrap(), bytes);
    assert_eq!(bytes[24..32], image.content_hash().unwrap().to_le_bytes());
    assert_eq!(bytes[32..40], (bytes.len() as u64).to_le_bytes());
}

#[test]
fn every_prefix_is_refused() {
    let bytes = everything().to_bytes().unwrap();
    for cut in 0..bytes.len() {
        let error = Image::from_bytes(&bytes[..cut]).unwrap_err();
        let named = matches!(error, ImageError::Foreign { .. } | ImageError::Truncated { .. });
        assert!(named, "cut at {cut}: {error}");
    }
}

#[test]
fn every_flipped_byte_is_noticed() {
    let bytes = everything().to_bytes().unwrap();
    for at in 0..bytes.len() {
        for mask in [1, 0x80, 0xff] {
            let mut bad = bytes.clone();
            bad[at] ^= mask;
            assert!(Image::from_bytes(&bad).is_err(), "byte {at} ^ {mask:#x}");
        }
    }
}

/// Corruption behind right checksums: whatever is read is refused or an image that is written as it was read.
#[test]
fn forged_checksums_do_no_harm() {
    let bytes = everything().to_bytes().unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for at in HEADER_BYTES..bytes.len() {
        for mask in [1, 0x10, 0x80, 0xff] {
            let mut bad = bytes.clone();
            bad[at] ^= mask;
            forge(&mut bad);
            match Image::from_bytes(&bad) {
                Ok(image) => {
                    accepted += 1;
                    assert_eq!(image.to_bytes().unwrap(), bad, "byte {at} ^ {mask:#x}");
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(accepted > 100 && refused > 100, "{accepted} accepted, {refused} refused");
}

/// Makes the checksums and the content hash right again.
fn forge(bytes: &mut [u8]) {
    use xxhash_rust::xxh3::xxh3_64;
    let number = |bytes: &[u8], at: usize| {
        bytes[at..at + 8].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)) as usize
    };
    let rows = number(bytes, 12) & 0xffff_ffff;
    for row in 0..rows {
        let at = HEADER_BYTES + 32 * row;
        let (offset, length) = (number(bytes, at + 8), number(bytes, at + 16));
        let Some(body) = bytes.get(offset..offset.saturating_add(length)) else { return };
        let checksum = xxh3_64(body);
        bytes[at + 24..at + 32].copy_from_slice(&checksum.to_le_bytes());
    }
    let table = xxh3_64(&bytes[HEADER_BYTES..HEADER_BYTES + 32 * rows]);
    bytes[24..32].copy_from_slice(&table.to_le_bytes());
}

#[test]
fn refusals_say_what_and_where() {
    let bytes = everything().to_bytes().unwrap();
    let refusal = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bad = bytes.clone();
        change(&mut bad);
        Image::from_bytes(&bad).unwrap_err().to_string()
    };
    let elf = refusal(&|b| b[..4].copy_from_slice(b"\x7fELF"));
    assert!(elf.starts_with("not a Seamount image: it begins with [7f, 45, 4c, 46"), "{elf}");
    assert_eq!(
        refusal(&|b| b[8] = 9),
        format!("image format 9; this program reads format {FORMAT_VERSION}: build the image again")
    );
    assert!(refusal(&|b| b[16] ^= 1).starts_with("made for the specification "));
    let short = bytes.len() - 1;
    assert_eq!(
        refusal(&|b| b.truncate(short)),
        format!("truncated: the image needs bytes 0..{}, the file has {short}", short + 1)
    );
    assert!(refusal(&|b| b.push(0)).contains("header at byte 0: length is"));
    let last = bytes.len() - 8;
    let corrupt = refusal(&|b| b[last] ^= 1);
    assert!(corrupt.starts_with("core1 keys at byte ") && corrupt.contains("checksum is 0x"), "{corrupt}");
    assert_eq!(bytes[..8], MAGIC);
}

#[test]
fn a_value_that_does_not_fit_its_field_has_no_bytes() {
    let mut image = everything();
    image.cores[1].compartments[3].bias_mantissa = 4096;
    let text = "CompartmentConfig.bias_mantissa = 4096 does not fit: -4096..=4095";
    let error = image.to_bytes().unwrap_err().to_string();
    assert_eq!(error, format!("core1 compartment_config row 3: {text}"));
    assert_eq!(image::validate(&image)[0].what, text);
}
