#!/usr/bin/env python3
"""Runs the peer SANA-FE and Seamount side by side on one network: equal spikes, energy, time per step, speed.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install sanafe numpy
    cargo build --release
    /tmp/venv/bin/python tools/bench/peer_sanafe.py --workload W2 --steps 50

SANA-FE is GPL-3: it is run as a program of its own, and nothing of it is linked or copied. The network has the graph and
the weights of a workload (../shared/workloads); its dynamics are such that both compute the same, bit by bit: no leak,
whole numbers, and a bias for every neuron instead of events from outside (the workload's input lines are neurons here).
Both get the same placement and the constants of SANA-FE's loihi.yaml, which are our calibration loihi1-nahuku.

SANA-FE's `cycle` mode ignores the hop latencies, the size and the buffers of its architecture file: it plays messages on
a concentrated 8 x 4 mesh, two networks, one channel of 8 flits, a clock of 1 ns and 4 ns a hop in either direction. Ours
are 4.1 ns east and west, 6.5 ns north and south, as in the file. Synaptic work is the greater part of these steps, so
the difference is small; it is part of what is reported.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"W1": "W1-ff-small", "W2": "W2-recurrent-1k", "W3": "W3-recurrent-16k"}
THRESHOLD = 1000 << 6
# Picojoules of an update at rest.
PADDING = 51.2


def network(shared, workload):
    """Graph, weights, biases and blocks of a workload; its input lines come first, as neurons."""
    folder = Path(shared) / "workloads" / FOLDERS[workload]
    spec, arrays = json.loads((folder / "spec.json").read_text()), np.load(folder / "net.npz")
    lines, neurons = spec["M"], spec["N"]
    pointers = [arrays["ext_ptr"][:-1], arrays["ext_ptr"][-1] + arrays["rec_ptr"]]
    targets = np.concatenate([arrays["ext_idx"], arrays["rec_idx"]]).astype(np.int64)
    weights = np.concatenate([arrays["ext_w"], arrays["rec_w"]]).astype(np.int64)
    rng = np.random.default_rng(8)
    # Fires every 15 to 60 steps by itself. In W2 a tenth of the neurons rests until something comes, and never fires:
    # what is idle is then the same for both. It is not in general: weights that cancel at a neuron without potential
    # are an update for the peer alone (about one in 10,000 in W3), a current behind a potential of 0 is one for us alone.
    bias = 2 * rng.integers(THRESHOLD // 120, THRESHOLD // 30, lines + neurons)
    rests = (rng.random(lines + neurons) < 0.1) & (workload == "W2")
    bias[rests] = 0
    inputs = [(at, min(at + 1024, lines)) for at in range(0, lines, 1024)]
    blocks = inputs + [(lines + a, lines + b) for a, b in spec.get("placement") or [(0, neurons)]]
    return {
        "name": workload,
        "size": lines + neurons,
        "indptr": np.concatenate(pointers).astype(np.int64),
        "indices": targets + lines,
        "weights": weights,
        "bias": bias,
        "vth": np.where(rests, 131_071, THRESHOLD >> 6),
        "blocks": blocks,
    }


def place(block, board):
    """Column, row and core of a block: one to a tile, row by row, then the second core of every tile."""
    width, height, _ = board
    tile, core = block % (width * height), block // (width * height)
    return tile % width, tile // width, core


def our_chip(board, folder):
    """The file of our chip with a board's tiles."""
    width, height, cores = board
    text = (ROOT / "isa/chips/loihi.toml").read_text()
    for old, new in (("cores_per_tile = 4", f"cores_per_tile = {cores}"), ("width = 8\nheight = 4", f"width = {width}\nheight = {height}")):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "chip.toml").write_text(text)
    return folder / "chip.toml"


def their_chip(board, folder):
    """SANA-FE's loihi.yaml with a board's tiles."""
    import sanafe
    from importlib.resources import files

    width, height, cores = board
    text = files("sanafe.examples").joinpath("loihi.yaml").read_text()
    for old, new in (("[0..31]", f"[0..{width * height - 1}]"), ("[0..3]", f"[0..{cores - 1}]"), ("width: 8", f"width: {width}"), ("height: 4", f"height: {height}")):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "loihi.yaml").write_text(text)
    return sanafe.load_arch(str(folder / "loihi.yaml"))


def describe(net, board, folder):
    """Writes the network as a description with its placement."""
    np.savez(
        folder / "net.npz",
        **{name: net[name] for name in ("indptr", "indices", "weights")},
        **{f"bias{i}": net["bias"][a:b] // 2 for i, (a, b) in enumerate(net["blocks"])},
        **{f"vth{i}": net["vth"][a:b] for i, (a, b) in enumerate(net["blocks"])},
    )
    text = ["neuron cell { current_decay = 4096, voltage_decay = 0 }"]
    for block, (first, end) in enumerate(net["blocks"]):
        x, y, core = place(block, board)
        bias = f'bias_mant = load("net.npz", "bias{block}"), bias_exp = 1'
        vth = f'vth_mant = load("net.npz", "vth{block}")'
        number = (y * board[0] + x) * board[2] + core
        text.append(f"population n{block}[{end - first}] : cell {{ {bias}, {vth} }} on core {number}")
    everybody = ", ".join(f"n{block}" for block in range(len(net["blocks"])))
    arrays = ", ".join(f'{field} = load("net.npz", "{name}")' for field, name in
                       (("indptr", "indptr"), ("indices", "indices"), ("weight", "weights")))
    text.append(f"project {everybody} -> {everybody} : sparse({arrays}) {{ sign = mixed, compression = sparse }}")
    (folder / "main.snn").write_text("\n".join(text) + "\nrun 50\n")


def ours(net, board, folder, steps, binary):
    """Per-step counts, picojoules and nanoseconds of Seamount, and seconds per step."""
    describe(net, board, folder)
    chip = our_chip(board, folder)
    subprocess.run([binary, "build", folder / "main.snn", "-o", folder / "net.img", "--chip", chip], check=True)
    command = [binary, "run", folder / "net.img", "--timing", "cycle", "--calibration", "loihi1-nahuku", "--json"]

    def run(steps, *more):
        output = subprocess.run([*command, "--steps", str(steps), *more], check=True, capture_output=True, text=True)
        return json.loads(output.stdout)["wall_s"]

    run(steps, "--out", folder / "run")
    # What eleven times the steps take longer than one: loading the image is no part of a step, nor is it of the peer's.
    seconds = (run(11 * steps) - run(steps)) / 10
    with open(folder / "run" / "time" / "timing.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["step"]) > 0]
    column = lambda *names: np.array([sum(int(row[name]) for name in names) for row in rows], dtype=np.int64)
    return {
        "fired": column("spikes"),
        "updated": column("active"),
        "padding": column("active", "inactive") - net["size"],
        "packets": column("messages_out"),
        "hops": column("east_west", "north_south"),
        "synapses": column("sparse", "run_length", "dense"),
        "picojoules": column("soma_fj", "axon_fj", "synapse_fj", "network_fj") / 1000,
        "nanoseconds": column("ps") / 1000,
        "seconds": seconds / steps,
    }


def peer(net, board, folder, mode, steps):
    """The same of SANA-FE in one of its timing models."""
    import sanafe

    architecture, network = their_chip(board, folder), sanafe.Network()
    group = network.create_neuron_group(
        "n", net["size"], model_attributes={"leak_decay": 1.0, "reset": 0.0},
        default_synapse_hw_name="loihi_sparse_synapse", default_dendrite_hw_name="loihi_dendrites",
        soma_hw_name="loihi_lif")
    neurons = [group.neurons[i] for i in range(net["size"])]
    for neuron, bias, vth in zip(neurons, net["bias"], net["vth"] << 6):
        neuron.set_attributes(model_attributes={"bias": float(bias), "threshold": float(vth)}, log_spikes=True)
    sources = np.repeat(np.arange(net["size"]), np.diff(net["indptr"]))
    pairs = list(zip(sources.tolist(), net["indices"].tolist()))
    group.connect_neurons_sparse(group, {"weight": (net["weights"] * 64).astype(float).tolist()}, pairs)
    for block, (first, end) in enumerate(net["blocks"]):
        x, y, core = place(block, board)
        # Its tiles are numbered column by column.
        target = architecture.tiles[x * board[1] + y].cores[core]
        for neuron in neurons[first:end]:
            neuron.map_to_core(target)
    chip = sanafe.SpikingChip(architecture)
    chip.load(network)
    start = time.perf_counter()
    trace = chip.sim(steps, timing_model=mode, processing_threads=1, perf_trace=True)["perf_trace"]
    seconds = time.perf_counter() - start
    whole = lambda name: np.array(trace[name], dtype=np.int64)
    return {
        "fired": whole("fired"),
        "updated": whole("updated"),
        "hops": whole("hops"),
        "synapses": whole("spikes"),
        "picojoules": np.array(trace["total_energy"]) * 1e12,
        "nanoseconds": np.array(trace["sim_time"]) * 1e9,
        "seconds": seconds / steps,
    }


def compare(net, board, us, them, mode):
    """Prints what agrees and how well; whether all of it is within the bounds."""
    counts = {name: bool((us[name] == them[name]).all()) for name in ("fired", "updated", "hops", "synapses")}
    # Our cores update in groups of four: those that fill a group up are no neurons of the peer's.
    energy = float(np.max(np.abs((us["picojoules"] - PADDING * us["padding"]) / them["picojoules"] - 1)))
    mean = float(us["nanoseconds"].mean() / them["nanoseconds"].mean() - 1)
    pearson = float(np.corrcoef(us["nanoseconds"], them["nanoseconds"])[0, 1])
    row = {
        "workload": net["name"], "board": board, "mode": mode, "steps": len(us["fired"]), "fired": int(us["fired"].sum()),
        "synaptic_operations": int(us["synapses"].sum()), "counts_equal": counts, "padding": int(us["padding"][0]), "energy_error_max": energy,
        "latency_ns": [float(us["nanoseconds"].mean()), float(them["nanoseconds"].mean())],
        "latency_error": mean, "pearson": pearson,
        "ms_per_step": [1000 * us["seconds"], 1000 * them["seconds"]], "speed_ratio": them["seconds"] / us["seconds"],
    }
    print(json.dumps(row), flush=True)
    equal = "equal" if all(counts.values()) else "DIFFERENT: " + ", ".join(n for n, same in counts.items() if not same)
    print(
        f"{net['name']} on {board[0]}x{board[1]} tiles of {board[2]} {mode:8} {row['steps']} steps, {row['fired']} spikes, {row['synaptic_operations']} synaptic "
        f"operations: counts {equal}; energy within {energy:.1e}; latency {row['latency_ns'][0]:.1f} ns for "
        f"{row['latency_ns'][1]:.1f} ({100 * mean:+.2f} %), Pearson {pearson:.4f}; "
        f"{row['ms_per_step'][0]:.3f} ms a step for {row['ms_per_step'][1]:.3f} ({row['speed_ratio']:.1f} times as fast)",
        file=sys.stderr, flush=True)
    # `detailed` is an estimate itself: only `cycle` is held to a bound in time.
    in_time = mode != "cycle" or (abs(mean) <= 0.05 and pearson >= 0.98)
    return all(counts.values()) and energy <= 1e-6 and in_time


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workload", nargs="+", default=["W2"], choices=sorted(FOLDERS))
    parser.add_argument("--modes", nargs="+", default=["detailed", "cycle"], choices=["simple", "detailed", "cycle"])
    parser.add_argument("--board", nargs=3, type=int, default=[8, 4, 4], metavar=("WIDTH", "HEIGHT", "CORES"),
                        help="tiles east, tiles south, cores of a tile")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--shared", default=os.environ.get("SEAMOUNT_SHARED", ROOT.parent / "shared"))
    parser.add_argument("--seamount", default=ROOT / "target/release/seamount", type=Path, help="the binary")
    parser.add_argument("--out", default=ROOT / "target/sanafe", type=Path, help="folder for descriptions and runs")
    arguments = parser.parse_args()
    if not arguments.seamount.exists():
        sys.exit(f"there is no {arguments.seamount}: `cargo build --release`, or say --seamount BINARY")
    good = True
    for workload in arguments.workload:
        folder = arguments.out / workload
        folder.mkdir(parents=True, exist_ok=True)
        net = network(arguments.shared, workload)
        us = ours(net, arguments.board, folder, arguments.steps, arguments.seamount)
        for mode in arguments.modes:
            them = peer(net, arguments.board, folder, mode, arguments.steps)
            good &= compare(net, arguments.board, us, them, mode)
    sys.exit(0 if good else 3)


if __name__ == "__main__":
    main()
