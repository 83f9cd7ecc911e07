//! Laws of images on random networks: what the compiler makes is valid, and comes back from bytes, text and chip.

use asm::{parse, print};
use compiler::Failure;
use emulator::{Chip, NoObserver};
use image::{Image, diff, validate};
use seamount_tests::random::{self, Shape};
use seamount_tests::route::Board;

const BOARDS: [Board; 3] = [
    Board::ONE,
    Board { chips: (1, 1), cores_min: 8, seed: 7, threads: 1 },
    Board { chips: (2, 1), cores_min: 12, seed: 3, threads: 1 },
];

/// Images of random networks on every board that they fit, with the seed of their network.
fn images() -> Vec<(u64, Image)> {
    let mut images = Vec::new();
    let shapes = [(0..40, Shape::SMALL), (1000..1010, Shape::FIXED)];
    for (seed, shape) in shapes.into_iter().flat_map(|(seeds, shape)| seeds.map(move |seed| (seed, shape))) {
        let case = random::case(seed, shape);
        for board in BOARDS {
            match board.image(&case.graph) {
                Ok(image) => images.push((seed, image)),
                Err(Failure::DoesNotFit(_)) => {}
                Err(Failure::Invalid(problems)) => panic!("{}", problems[0]),
            }
        }
    }
    assert!(images.len() > 100, "only {} images", images.len());
    images
}

#[test]
fn what_the_compiler_makes_is_valid_and_comes_back() {
    for (seed, image) in images() {
        let problems = validate(&image);
        assert!(problems.is_empty(), "seed {seed}: {}", problems[0]);
        let bytes = image.to_bytes().unwrap();
        let back = Image::from_bytes(&bytes).unwrap();
        assert_eq!(diff(&image, &back), [], "seed {seed}");
        assert_eq!(back.to_bytes().unwrap(), bytes, "seed {seed}");
        let text = print(&image);
        let back = parse(&text).unwrap_or_else(|faults| panic!("seed {seed}: {}", faults[0]));
        assert_eq!(diff(&image, &back), [], "seed {seed}");
        assert_eq!(print(&back), text, "seed {seed}");
        let raw =
            text.lines().find(|line| line.trim_start().starts_with("words ") || line.contains(" word="));
        assert_eq!(raw, None, "seed {seed}: everything has a name");
    }
}

#[test]
fn a_chip_dumps_what_it_loaded_and_a_dump_can_be_stored() {
    for (seed, image) in images() {
        let mut chip = Chip::load(&image).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(diff(&image, &chip.dump()), [], "seed {seed}");
        chip.run(12, 1, &mut NoObserver, &mut |_, _| {});
        let after = chip.dump();
        let problems = validate(&after);
        assert!(problems.is_empty(), "seed {seed}: {}", problems[0]);
        let stored = Image::from_bytes(&after.to_bytes().unwrap()).unwrap();
        assert_eq!(diff(&after, &stored), [], "seed {seed}");
        assert_eq!(parse(&print(&after)).as_ref(), Ok(&after), "seed {seed}");
    }
}
