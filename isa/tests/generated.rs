//! The generated documents are fresh, and their readers read the same bits as Rust does.

#[path = "../examples/generate/documents/mod.rs"]
mod documents;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use seamount_isa as isa;

use documents::{snake, upper};
use isa::spec::{CODED_FIELDS, CODES, MEMORIES, WORDS};

fn here(place: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(place)
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// Whether a program is there; says what is not run where it is not.
#[allow(clippy::print_stdout, reason = "says what a test did not run")]
fn has(program: &str, what: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("{program} is not installed: not run: {what}");
    }
    found
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program} {arguments:?}:\n{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

#[test]
fn documents_are_fresh() {
    for (place, text) in documents::all() {
        let written = fs::read_to_string(here(place)).unwrap_or_default();
        assert!(written == text, "{place} is stale: cargo run -p seamount-isa --example generate");
    }
}

#[test]
fn every_word_and_enumeration_is_listed() {
    let listed = |name: &str| {
        WORDS.iter().any(|word| word.name == name) || CODES.iter().any(|codes| codes.name == name)
    };
    let mut declared = 0;
    for file in ["axon", "compartment", "learning", "packet", "shared", "synapse"] {
        let text = fs::read_to_string(here(&format!("src/words/{file}.rs"))).expect("a file of words");
        for line in text.lines().filter(|line| line.starts_with("    ") && line.ends_with("] {")) {
            let name = line.trim().split(' ').next().unwrap_or_default();
            assert!(listed(name), "{name} of {file}.rs is not in spec::WORDS");
            declared += 1;
        }
    }
    assert_eq!(declared, WORDS.len());
    let text = fs::read_to_string(here("src/op.rs")).expect("the codes");
    let names = text
        .lines()
        .filter(|line| line.starts_with("    ") && !line.starts_with("     "))
        .filter_map(|line| {
            let name = line.trim().strip_suffix(" {")?;
            name.chars().all(char::is_alphanumeric).then_some(name)
        });
    let names: Vec<&str> = names.collect();
    assert_eq!(names.len(), CODES.len(), "{names:?}");
    names.iter().for_each(|name| assert!(listed(name), "{name} is not in spec::CODES"));
}

#[test]
fn memories_name_words_and_coded_fields_hold_their_codes() {
    for memory in MEMORIES {
        assert!(
            memory.words.iter().all(|name| WORDS.iter().any(|word| word.name == *name)),
            "{}",
            memory.name
        );
        let limits = isa::spec::default_chip().limits;
        assert!(memory.entries(&limits) > 0, "{}: no limit `{:?}`", memory.name, memory.depth);
    }
    for (word, field, codes) in CODED_FIELDS {
        let word = WORDS.iter().find(|w| w.name == *word).expect("a word");
        let field = word.fields.iter().find(|f| f.name == *field).expect("a field");
        let codes = CODES.iter().find(|c| c.name == *codes).expect("an enumeration");
        let fits = codes.rows.iter().all(|row| i64::from(row.code) <= field.max());
        assert!(fits, "{}.{} cannot hold {}", word.name, field.name, codes.name);
    }
}

/// Every field with all of its bits set: word, field, mask.
fn masks() -> impl Iterator<Item = (&'static str, &'static isa::layout::Field, u64)> {
    WORDS.iter().flat_map(|word| word.fields.iter().map(|field| (word.name, field, field.put(-1))))
}

#[test]
fn the_c_header_reads_and_writes_the_same_bits() {
    if !has("gcc", "the C header") {
        return;
    }
    let mut program = String::from("#include <stdio.h>\n#include \"seamount.h\"\nint main(void) {\n");
    let mut expected = String::new();
    for (word, field, mask) in masks() {
        let name = format!("{}_{}", upper(word), upper(field.name));
        for value in [field.min(), field.max(), 1.min(field.max()), (field.max() / 3) | 1] {
            let bits = field.put(value);
            let _ = writeln!(
                program,
                "  {{ uint64_t w = SEAMOUNT_PUT(~UINT64_C(0), {name}, {value}ll); printf(\"{name} %llx %llx %lld\\n\", \
                 (unsigned long long)SEAMOUNT_{name}_MASK, (unsigned long long)(w & SEAMOUNT_{name}_MASK), \
                 (long long)SEAMOUNT_GET(w, {name})); if ((w | SEAMOUNT_{name}_MASK) != ~UINT64_C(0)) return 1; }}"
            );
            let _ = writeln!(expected, "{name} {mask:x} {bits:x} {value}");
        }
    }
    for codes in CODES {
        for row in codes.rows {
            let name = format!("{}_{}", upper(codes.name), upper(row.name));
            let _ = writeln!(program, "  printf(\"{name} %d\\n\", (int)SEAMOUNT_{name});");
            let _ = writeln!(expected, "{name} {}", row.code);
        }
    }
    program.push_str("  return 0;\n}\n");
    let folder = folder("c_header");
    let (source, binary) = (folder.join("fields.c"), folder.join("fields"));
    fs::write(&source, program).expect("the program is written");
    let include = format!("-I{}", here("rtl").display());
    let (source, binary) = (source.display().to_string(), binary.display().to_string());
    run("gcc", &["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", &include, &source, "-o", &binary]);
    assert_eq!(run(&binary, &[]), expected);
}

/// A module that does not elaborate unless every struct has Rust's width and every field Rust's place.
fn probe_module() -> String {
    let mut out = String::from("module probe import seamount_pkg::*; ();\n");
    for word in WORDS {
        let name = snake(word.name);
        let _ = writeln!(out, "  if ($bits({name}_t) != {}) $error(\"{name}: width\");", word.bits);
    }
    for (word, field, mask) in masks() {
        let (name, word) = (snake(word), WORDS.iter().find(|w| w.name == word).expect("a word"));
        let suffix = if field.name == "join" { "_" } else { "" };
        let (bits, field_name) = (word.bits, field.name);
        let _ = writeln!(
            out,
            "  localparam {name}_t {name}__{field_name} = '{{{field_name}{suffix}: '1, default: '0}};\n  \
             if ({name}__{field_name} != {bits}'h{mask:x}) $error(\"{name}.{field_name}: place\");"
        );
    }
    for codes in CODES {
        for row in codes.rows {
            let name = format!("{}_{}", upper(codes.name), upper(row.name));
            let _ = writeln!(out, "  if (int'({name}) != {}) $error(\"{name}: code\");", row.code);
        }
    }
    out + "endmodule\n"
}

#[test]
fn the_systemverilog_package_parses_and_has_the_same_bits() {
    if !has("verilator", "the SystemVerilog package") {
        return;
    }
    let folder = folder("sv_package");
    let probe = folder.join("probe.sv");
    fs::write(&probe, probe_module()).expect("the module is written");
    let (package, probe) = (here("rtl/seamount_pkg.sv").display().to_string(), probe.display().to_string());
    run(
        "verilator",
        &[
            "--lint-only",
            "-Wall",
            "-Wno-UNUSED",
            "-Wno-DECLFILENAME",
            &package,
            &probe,
            "--top-module",
            "probe",
        ],
    );
}
