"""SANA-FE's side: its Loihi, the network on it, runs in one of its timing models.

SANA-FE is GPL-3: it is used from this script of its own, and nothing of it is linked or copied.
"""

import time
from importlib.resources import files

import numpy as np
import sanafe

from .board import changed
from .network import UNIT


def architecture(board, folder):
    """Its loihi.yaml with a board's tiles."""
    text = changed(files("sanafe.examples").joinpath("loihi.yaml").read_text(), (
        ("[0..31]", f"[0..{board.width * board.height - 1}]"),
        ("[0..3]", f"[0..{board.cores - 1}]"),
        ("width: 8", f"width: {board.width}"),
        ("height: 4", f"height: {board.height}"),
    ))
    (folder / "loihi.yaml").write_text(text)
    return sanafe.load_arch(str(folder / "loihi.yaml"))


def load(net, board, folder):
    """Its chip with the network on it, in the same places."""
    chip, network = architecture(board, folder), sanafe.Network()
    group = network.create_neuron_group(
        "n", net.size, model_attributes={"leak_decay": 1.0, "reset": 0.0},
        default_synapse_hw_name="loihi_sparse_synapse", default_dendrite_hw_name="loihi_dendrites",
        soma_hw_name="loihi_lif")
    neurons = [group.neurons[i] for i in range(net.size)]
    for neuron, bias, vth in zip(neurons, net.bias, net.vth * UNIT):
        neuron.set_attributes(model_attributes={"bias": float(bias), "threshold": float(vth)})
    sources = np.repeat(np.arange(net.size), np.diff(net.indptr))
    pairs = list(zip(sources.tolist(), net.indices.tolist()))
    group.connect_neurons_sparse(group, {"weight": (net.weights * UNIT).astype(float).tolist()}, pairs)
    for block, (first, end) in enumerate(net.blocks):
        x, y, core = board.place(block)
        # Its tiles are numbered column by column.
        target = chip.tiles[x * board.height + y].cores[core]
        for neuron in neurons[first:end]:
            neuron.map_to_core(target)
    loaded = sanafe.SpikingChip(chip)
    loaded.load(network)
    return loaded


def by_step(loaded, mode, steps):
    """Counts, picojoules and nanoseconds of every step from the start."""
    loaded.reset()
    trace = loaded.sim(steps, timing_model=mode, processing_threads=1, perf_trace=True)["perf_trace"]
    whole = lambda name: np.array(trace[name], dtype=np.int64)
    return {
        "fired": whole("fired"),
        "updated": whole("updated"),
        "hops": whole("hops"),
        "synapses": whole("spikes"),
        "picojoules": np.array(trace["total_energy"]) * 1e12,
        "nanoseconds": np.array(trace["sim_time"]) * 1e9,
    }


def speed(loaded, span, traces):
    """Milliseconds a step, and spikes, of the steps of a span in `detailed` mode, on one thread.

    `traces` are those of its traces that it hands back: `perf_trace` is a row a step, `message_trace` a row a message.
    Without, it says only how long all steps took together.
    """
    loaded.reset()
    loaded.sim(span.before, timing_model="detailed", processing_threads=1)
    start = time.perf_counter()
    results = loaded.sim(span.steps, timing_model="detailed", processing_threads=1, **traces)
    return 1000 * (time.perf_counter() - start) / span.steps, results["neurons_fired"]
