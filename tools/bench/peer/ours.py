"""Seamount's side: the network as a description, its image, runs of the released binaries."""

import csv
import json
import subprocess
from pathlib import Path

import numpy as np

from .board import changed

ROOT = Path(__file__).resolve().parents[3]


def program(name):
    """A released binary."""
    path = ROOT / "target/release" / name
    if not path.exists():
        raise SystemExit(f"there is no {path}: cargo build --release -p seamount-cli -p seamount-bench")
    return path


def chip(board, folder):
    """The file of our chip with a board's tiles."""
    size = f"width = {board.width}\nheight = {board.height}"
    changes = ("cores_per_tile = 4", f"cores_per_tile = {board.cores}"), ("width = 8\nheight = 4", size)
    (folder / "chip.toml").write_text(changed((ROOT / "isa/chips/loihi.toml").read_text(), changes))
    return folder / "chip.toml"


def describe(net, board, folder):
    """Writes the network as a description with its placement."""
    np.savez(
        folder / "net.npz",
        **{name: getattr(net, name) for name in ("indptr", "indices", "weights")},
        **{f"bias{i}": net.bias[a:b] // 2 for i, (a, b) in enumerate(net.blocks)},
        **{f"vth{i}": net.vth[a:b] for i, (a, b) in enumerate(net.blocks)},
    )
    text = ["neuron cell { current_decay = 4096, voltage_decay = 0 }"]
    for block, (first, end) in enumerate(net.blocks):
        x, y, core = board.place(block)
        bias = f'bias_mant = load("net.npz", "bias{block}"), bias_exp = 1'
        vth = f'vth_mant = load("net.npz", "vth{block}")'
        number = (y * board.width + x) * board.cores + core
        text.append(f"population n{block}[{end - first}] : cell {{ {bias}, {vth} }} on core {number}")
    everybody = ", ".join(f"n{block}" for block in range(len(net.blocks)))
    arrays = ", ".join(f'{field} = load("net.npz", "{name}")' for field, name in
                       (("indptr", "indptr"), ("indices", "indices"), ("weight", "weights")))
    text.append(f"project {everybody} -> {everybody} : sparse({arrays}) {{ sign = mixed, compression = sparse }}")
    (folder / "main.snn").write_text("\n".join(text) + "\nrun 50\n")


def build(net, board, folder):
    """The image of a network on a board."""
    folder.mkdir(parents=True, exist_ok=True)
    describe(net, board, folder)
    image = folder / "net.img"
    command = [program("seamount"), "build", folder / "main.snn", "-o", image, "--chip", chip(board, folder), "--quiet"]
    subprocess.run(command, check=True)
    return image


def run(image, calibration, steps, *more):
    """The summary of a timed run."""
    command = [program("seamount"), "run", image, "--timing", "cycle", "--calibration", calibration, "--json"]
    output = subprocess.run([*command, "--steps", str(steps), *more], check=True, capture_output=True, text=True)
    return json.loads(output.stdout)


def by_step(net, image, calibration, steps):
    """Counts, picojoules and nanoseconds of every step."""
    folder = image.parent / "run"
    run(image, calibration, steps, "--out", folder)
    with open(folder / "time" / "timing.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["step"]) > 0]
    column = lambda *names: np.array([sum(int(row[name]) for name in names) for row in rows], dtype=np.int64)
    return {
        "fired": column("spikes"),
        "updated": column("active"),
        "padding": column("active", "inactive") - net.size,
        "hops": column("east_west", "north_south"),
        "synapses": column("sparse", "run_length", "dense"),
        "picojoules": column("soma_fj", "axon_fj", "synapse_fj", "network_fj") / 1000,
        "nanoseconds": column("ps") / 1000,
    }


def command_line(image, calibration, span, *more):
    """Milliseconds a step, and spikes, of the steps of a span at the command line: what they take beside those before.

    Loading the image and starting are no part of a step, nor are they of the peer's.
    """
    before, all = (run(image, calibration, steps, *more) for steps in (span.before, span.before + span.steps))
    spikes = [summary["spikes"] for summary in (before, all)]
    return 1000 * (all["wall_s"] - before["wall_s"]) / span.steps, spikes[1] - spikes[0]


def engine(image, calibration, span):
    """The same of the engine alone, without the command line and its observers."""
    words = ["--time-image", image, calibration, str(span.before), str(span.steps), "--reps", "1"]
    output = subprocess.run([program("bench"), *words], check=True, capture_output=True, text=True)
    row = json.loads(output.stdout)
    return row["ms"], row["spikes"]


def workload(name, board, shared, reps):
    """Milliseconds a step of the engine under the workload itself, its own dynamics and events (loihi1-davies2018)."""
    words = ["--time", "--reps", str(reps), "--workloads", Path(shared) / "workloads", name]
    output = subprocess.run([program("bench"), *words], check=True, capture_output=True, text=True)
    rows = [line for line in output.stdout.splitlines() if line.startswith(f"{name} ") and f" {board} " in line]
    assert len(rows) == 1, output.stdout
    return float(rows[0].split(str(board))[1].split()[0])
