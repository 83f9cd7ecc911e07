//! Text <-> image: the way back, faults with their places, and texts that are none.

#[path = "../../image/tests/common/mod.rs"]
mod common;

extern crate seamount_asm as asm;

use asm::{parse, print};
use common::everything;

#[test]
fn the_same_image_comes_back_from_the_same_text() {
    let image = everything();
    let text = print(&image);
    let back = parse(&text).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    assert_eq!(back, image);
    assert_eq!(back.to_bytes().unwrap(), image.to_bytes().unwrap());
    assert_eq!(print(&back), text);
}

#[test]
fn the_text_reads_well() {
    insta::assert_snapshot!(print(&everything()).split_once('\n').unwrap().1);
}

/// The faults of the text with `from` changed to `to`, which occurs in it.
fn faults(from: &str, to: &str) -> Vec<String> {
    let text = print(&everything());
    assert!(text.contains(from), "{from}");
    let faults = parse(&text.replacen(from, to, 1)).map(|_| ()).expect_err("it is refused");
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn faults_name_place_limit_and_the_nearest_name() {
    let changes = [
        ("vth=131071 dynamic=1", "vht=3 dynamic=2"),
        ("join=add", "join=ad"),
        (".vth_profiles 2", ".vth_profile 2"),
        ("Pop32Atom", "Pop32"),
        ("0:-240@6#255", "0:-241@6#255"),
        ("0:-240@6#255", "0:-240@64"),
        ("1:-255 4:-1", "4:-1 1:-255"),
        ("list 7", "list 5"),
        ("  mesh.height 1\n", ""),
        ("core 1\n", "core 0\n"),
        ("\"a.v\"", "\"a.v"),
        ("1 length=4", "0-1 length=4 length=3"),
        ("1 length=4", "1 length=4\n 0-2"),
        (".synapses 10", ".synapses 9999999"),
        ("seed 3735928559", "seed 4294967296"),
        ("session\n", "sesion\n"),
        ("events 1:1", "events 1"),
    ];
    let show =
        |(from, to): (&str, &str)| format!("{from:?} -> {to:?}\n    {}\n", faults(from, to).join("\n    "));
    insta::assert_snapshot!(changes.map(show).concat());
}

#[test]
fn every_prefix_is_read_or_refused() {
    let text = print(&everything());
    let read = (0..text.len()).filter(|cut| parse(&text[..*cut]).is_ok()).count();
    assert!(read > 100 && read < text.len() - 100, "{read} of {} prefixes are texts", text.len());
}

/// A flipped byte is refused, or gives an image whose text comes back.
#[test]
fn flipped_bytes_do_no_harm() {
    let text = print(&everything()).into_bytes();
    let (mut read, mut refused) = (0, 0);
    for at in 0..text.len() {
        for mask in [1, 4, 64] {
            let mut bad = text.clone();
            bad[at] ^= mask;
            let Ok(bad) = String::from_utf8(bad) else { continue };
            match parse(&bad) {
                Ok(image) => {
                    read += 1;
                    assert_eq!(parse(&print(&image)).as_ref(), Ok(&image), "byte {at} ^ {mask}");
                }
                Err(faults) => {
                    refused += 1;
                    assert!(!faults.is_empty());
                }
            }
        }
    }
    assert!(read > 500 && refused > 1000, "{read} read, {refused} refused");
}
