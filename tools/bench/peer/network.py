"""A workload's graph, with dynamics that both simulators compute alike, bit by bit.

No leak, whole numbers, and a bias for every neuron instead of events from outside: input lines are neurons here.
Thresholds and biases are such that lines and neurons fire about as often as in the workload (reference_counts.npz).
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FOLDERS = {"W1": "W1-ff-small", "W2": "W2-recurrent-1k", "W3": "W3-recurrent-16k"}
# Potential that a weight of 1 adds.
UNIT = 64
# Input lines have a threshold of 1,000 and a bias from this range: they fire every 12 to 50 steps, one in 20 a step.
LINE_BIAS = (1300, 5400)
# Threshold and range of biases of the neurons.
NEURONS = {"W1": (4000, (800, 3200)), "W2": (1000, (3840, 7680)), "W3": (1000, (1240, 2180))}
# Threshold that is never reached.
REST = 131_071


@dataclass
class Network:
    """Neurons in blocks of a core each, input lines first; synapses by source."""

    name: str
    size: int
    indptr: np.ndarray
    indices: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    vth: np.ndarray
    blocks: list
    # Spikes a step of the workload, events of its input lines included.
    spikes_wanted: float


def read(shared, workload, resting=0.0):
    """The network of a workload; a share of the neurons rests until something comes, and never fires.

    While nothing cancels at a neuron that rests, both count the same neurons as active. In general they do not: weights
    that cancel at a neuron without potential are an update for the peer alone (about one in 10,000 in W3), a current
    behind a potential of 0 is one for us alone.
    """
    folder = Path(shared) / "workloads" / FOLDERS[workload]
    spec, arrays = json.loads((folder / "spec.json").read_text()), np.load(folder / "net.npz")
    counts = np.load(folder / "reference_counts.npz")["spikes_per_step"]
    lines, neurons = spec["M"], spec["N"]
    size, rng = lines + neurons, np.random.default_rng(8)
    threshold, bias = NEURONS[workload]
    bias = np.concatenate([rng.integers(*LINE_BIAS, lines), rng.integers(*bias, neurons)]) // 2 * 2
    vth = np.concatenate([np.full(lines, 1000), np.full(neurons, threshold)])
    rests = rng.random(size) < resting
    bias[rests], vth[rests] = 0, REST
    inputs = [(at, min(at + 1024, lines)) for at in range(0, lines, 1024)]
    return Network(
        name=workload,
        size=size,
        indptr=np.concatenate([arrays["ext_ptr"][:-1], arrays["ext_ptr"][-1] + arrays["rec_ptr"]]).astype(np.int64),
        indices=np.concatenate([arrays["ext_idx"], arrays["rec_idx"]]).astype(np.int64) + lines,
        weights=np.concatenate([arrays["ext_w"], arrays["rec_w"]]).astype(np.int64),
        bias=bias,
        vth=vth,
        blocks=inputs + [(lines + a, lines + b) for a, b in spec.get("placement") or [(0, neurons)]],
        spikes_wanted=float(counts.mean() + len(arrays["in_idx"]) / len(counts)),
    )
