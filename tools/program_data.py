#!/usr/bin/env python3
"""Makes the data files of programs/ from the reference cases.

    python3 -m venv .venv && .venv/bin/pip install numpy
    .venv/bin/python tools/program_data.py ../shared
    cargo run --release -- fmt programs/*

Needs numpy. The files that it writes are in the repository, so nobody needs to run it to use Seamount; it is here
so that one can see where every number comes from. Written twice, the files have the same bytes.
"""

import json
import sys
from pathlib import Path

import numpy as np

PROGRAMS = Path(__file__).resolve().parent.parent / "programs"


def save(path, **arrays):
    """Writes a compressed npz; each array in the smallest integer type that holds it."""
    small = {name: np.ascontiguousarray(shrink(np.asarray(a))) for name, a in arrays.items()}
    np.savez_compressed(PROGRAMS / path, **small)
    print(f"{path}: {(PROGRAMS / path).stat().st_size} bytes,", {n: a.shape for n, a in small.items()})


def shrink(a):
    """The same integers in the smallest type."""
    for kind in (np.uint8, np.int8, np.uint16, np.int16, np.int32):
        if np.array_equal(a.astype(kind).astype(np.int64), a.astype(np.int64)):
            return a.astype(kind)
    raise ValueError(f"{a.dtype} values beyond 32 bits")


def digits_mlp(cases):
    """The trained 64-64-10 network: biases are multiples of 4, so mantissa = bias >> 2 with exponent 2 is exact."""
    z = np.load(cases / "digits_mlp" / "digits_mlp.npz")
    assert not (z["B1"] % 4).any() and not (z["B2"] % 4).any()
    save(
        "digits/digits.npz",
        x=z["X_test"], y=z["y_test"], w1=z["Q1"], w2=z["Q2"], b1=z["B1"] // 4, b2=z["B2"] // 4,
    )
    names = ("counts_hard_T64", "accv_hard_T64", "counts_soft_T64", "accv_soft_T64")
    save("digits/expected.npz", **{name: z[name] for name in names})


def digits_bnn(cases):
    """The binary network: +1 and -1 weights as two lists of 1 bit, mantissa 128 where there is a weight."""
    z = np.load(cases / "digits_bnn" / "digits_bnn.npz")
    x, w1, w2 = (z[name].astype(np.int64) for name in ("X_test", "W1", "W2"))
    thermometer = np.concatenate([x >= t for t in (3, 8, 13)], axis=1)
    save(
        "digits_bnn/digits.npz",
        x=thermometer, y=z["y_test"],
        w1_plus=128 * (w1 > 0), w1_minus=-128 * (w1 < 0), w2_plus=128 * (w2 > 0), w2_minus=-128 * (w2 < 0),
        threshold=z["vth_odd_shifted"], offset=-w2.sum(axis=0),
    )
    save("digits_bnn/expected.npz", hidden=z["hidden"], logits=z["logits"])


JOINS = ("skip", "add", "min", "max", "pass", "block", "or", "and")
MODES = ("spike_and_reset", "pass_v", "pass_above_threshold", "pass_above_threshold_saturate")


def dendrites(golden):
    """One neuron a join, from the vectors of the contract: its input events, and u, v and spikes of its compartments."""
    text = (golden / "contract" / "C06_trees.json").read_text()
    cases = {case["name"]: case for case in json.loads(text)["cases"]}
    chosen = [next(c for n, c in cases.items() if n.startswith(f"join {j} mode 0 children [") and "," in n and "middle" not in n)
              for j in range(8)]
    events, description = [], []
    for j, case in enumerate(chosen):
        net = case["in"]["net"]
        events += [(t, 3 * j + i) for i, line in enumerate(net["inputs"]) for t in line["events"]]
        description.append(neuron(JOINS[j], j, net))
    rows = "".join(f"{step},{line}\n" for step, line in sorted(events))
    (PROGRAMS / "dendrites" / "events.csv").write_text("step,line\n" + rows)
    (PROGRAMS / "dendrites" / "main.snn").write_text(HEAD + "\n".join(description) + TAIL)
    state = {name: np.array([[row[:3] for row in case["out"][name]] for case in chosen]) for name in ("u", "v")}
    spikes = np.zeros(state["v"].shape, np.int64)
    for j, case in enumerate(chosen):
        for step, *fired in case["out"]["spikes"]:
            for compartment in fired:
                spikes[j, step - 1, compartment] = 1
    save("dendrites/expected.npz", spikes=spikes, **state)


HEAD = """// One neuron for each way to join two dendrites `a` and `b` into a soma.
input lines[24] = spikes("events.csv")

"""
TAIL = """
run 40
"""


def neuron(name, j, net):
    """The description of one neuron and its inputs."""
    def fields(compartment):
        profile, _, vth, bias, exponent = compartment
        p = net["profiles"][profile]
        own = f"current_decay = {p['du']}, voltage_decay = {p['dv']}, vth_mant = {vth}"
        own += f", refractory = {p['r']}" if p["r"] != 1 else ""
        own += f", bias_mant = {bias}, bias_exp = {exponent}" if bias else ""
        return own + (f", mode = {MODES[p['mode']]}" if p["mode"] else "")
    a, b, soma = (fields(c) for c in net["comps"][:3])
    weights = [synapse[2] for synapse in net["projections"][0]["syn"]]
    parts = [("a", weights[0]), ("b", weights[1]), ("soma", weights[2])]
    lines = [f"neuron {name}_tree {{", f"  compartment a {{ {a} }}", f"  compartment b {{ {b} }}",
             f"  soma {{ {soma}, join = {name}(a, b) }}", "}", f"population by_{name}[1] : {name}_tree"]
    lines += [f"project lines[{3 * j + i}..{3 * j + i + 1}] -> by_{name}.{part} : all {{ weight = {w} }}"
              for i, (part, w) in enumerate(parts)]
    for part in ("a", "b", "soma"):
        lines.append("record " + ", ".join(f"by_{name}.{part}.{variable}" for variable in ("spikes", "u", "v")))
    return "\n".join(lines) + "\n"


def stdp_window():
    """Which line makes which neuron fire, and when: pair i has distance i % 40 + 1 from step 60."""
    pairs = np.arange(8000)
    save("stdp_window/pairs.npz", line=pairs % 40, cell=pairs)
    for name, sign in (("after", 1), ("before", -1)):
        rows = sorted((59 + sign * (line + 1), line) for line in range(40))
        text = "step,line\n" + "".join(f"{step},{line}\n" for step, line in rows)
        (PROGRAMS / "stdp_window" / f"{name}.csv").write_text(text)


def main():
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared")
    digits_mlp(shared / "cases")
    digits_bnn(shared / "cases")
    dendrites(shared / "golden")
    stdp_window()


if __name__ == "__main__":
    main()
