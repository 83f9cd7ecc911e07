//! Descriptions that are cut off or changed in one place: an error or a result, never a panic, never a hang.

use seamount_network::{Array, Memory, fmt, parse};

const HELLO: &str = "step 1 ms
const n = 4
neuron lif { tau_v = 20 ms, threshold = 1.0, refractory = 2 ms }
input noise[2*n+2] = poisson(rate = 50 Hz)
population out[n] : lif { bias = [0, 1, -0.5, 2e-1] }
project noise -> out : all { weight = 0.3 }
record out.spikes, out[0].v
run 200 ms
";

const PLASTIC: &str = r#"network "two words"
rule pair(a = 20) { epoch = 3, trace x1(impulse = a, tau = 10), dw = 2^-2*x1*y0 - (w + 3)*u1 }
synapse fast { delay = 2, bits = 6 }
reward r { tau = 9, events = [[5, -3], [7]], source(a[0..2], value = 4) }
neuron pair {
  compartment d { vth_mant = 0x10, mode = pass_v } // a comment
  soma { join = add(d), noise(exponent = 3, target = current), homeostasis(impulse = 3, min = 1, max = 9, gain = 2, tau = 20) }
}
population a[2, 3] : pair { settings = s } on core 1
settings s { epoch = 3, noise(exponent = 3, target = current) }
input e[3] = events([1, 0], [4, 2])
input f[6] = spikes("e.csv")
project e -> a[0, 0..2].d, a[1, 2] : { 0 -> 1: 5 delay 1, 2 -> 2: -7 tag 3 } using fast { learn = pair(25) }
project f -> a : one_to_one { weight = uniform(-9, 9, seed = 3), box = false }
project a -> a : random(fan_in = 2, seed = 4) { autapses = false }
samples a.bias = [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]] steps 5 reset
measure accuracy(a, [0, 5]) as score
record a.soma.v, r.r1 every 2
"#;

fn files() -> Memory {
    Memory::default().with("e.csv", None, Array::table(2, vec![1, 5, 2, 0]))
}

fn read(text: &str) {
    if let Ok(graph) = parse(text, &files()) {
        assert_eq!(seamount_network::graph::problems(&graph), vec![], "{text}");
    }
    if let Ok(once) = fmt(text) {
        assert_eq!(fmt(&once).as_deref(), Ok(once.as_str()), "fmt does not settle:\n{text}\n---\n{once}");
    }
}

#[test]
fn the_originals_are_good() {
    for text in [HELLO, PLASTIC] {
        if let Err(errors) = parse(text, &files()) {
            panic!("{}", errors.render("x.snn", text, seamount_network::Color::Off));
        }
    }
}

#[test]
fn every_prefix() {
    for text in [HELLO, PLASTIC] {
        (0..text.len()).filter(|end| text.is_char_boundary(*end)).for_each(|end| read(&text[..end]));
    }
}

#[test]
fn every_byte_changed() {
    let others = [b' ', b'\n', b'{', b')', b'"', b'-', b'0', b'9', b'z', b',', b'.'];
    for text in [HELLO, PLASTIC] {
        for at in 0..text.len() {
            for flip in [1u8, 0x20] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] ^= flip;
                read(&String::from_utf8_lossy(&bytes));
            }
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = others[at % others.len()];
            read(&String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn depth_and_size_are_bounded() {
    let deep =
        |open: &str, close: &str| format!("const a = {}1{}\n", open.repeat(100_000), close.repeat(100_000));
    for text in [
        deep("(", ")"),
        deep("[", "]"),
        deep("-", ""),
        format!("const a = 1{}", " + 1".repeat(100_000)),
        format!("const a = b{}", ".b".repeat(100_000)),
        format!("const a = 2{}", "^2".repeat(100_000)),
        "neuron a : b\nneuron b : a\npopulation p : a\n".into(),
        "population p[4294967295]\nproject p -> p : all { weight = uniform(1, 2, seed = 1) }".into(),
        "population p[4294967295]\nproject p -> p : random(p = 0.5, seed = 1)".into(),
        "population p[100000, 100000]\n".into(),
        "population p[65535, 65535]\nproject p[.., 0..1] -> p : all".into(),
        "input i[4294967295] = poisson(p = linspace(0, 1))".into(),
        "const a = 9223372036854775807 + 1".into(),
        "const a = -9223372036854775807 - 2".into(),
        "const a = 1e308 * 10".into(),
        "const a = 5 % 0".into(),
        "neuron n { bias = 9223372036854775807 }\npopulation p : n".into(),
        "step 18446744073709551615 ms".into(),
        "population p\nproject p -> p : convolution([[1]], stride = 0)".into(),
    ] {
        read(&text);
    }
}
