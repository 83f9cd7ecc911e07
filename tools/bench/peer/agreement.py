"""Whether both agree on what a network does, step by step."""

import numpy as np

from . import ours, theirs

CALIBRATION = "loihi1-nahuku"
COUNTS = ("fired", "updated", "hops", "synapses")
# Picojoules of an update at rest.
PADDING = 51.2
ENERGY_MAX = 1e-6
LATENCY_MAX = 0.05
PEARSON_MIN = 0.98


def check(net, board, folder, modes, steps):
    """Prints how well they agree in each of the peer's modes; whether all of it is within the bounds."""
    us = ours.by_step(net, ours.build(net, board, folder), CALIBRATION, steps)
    loaded = theirs.load(net, board, folder)
    return all([report(net, board, mode, us, theirs.by_step(loaded, mode, steps)) for mode in modes])


def report(net, board, mode, us, them):
    """Prints a line for one mode, and a line for each bound that is passed; whether there is none."""
    differ = [name for name in COUNTS if len(us[name]) != len(them[name]) or (us[name] != them[name]).any()]
    # Our cores update in groups of four: those that fill a group up are no neurons of the peer's.
    energy = float(np.max(np.abs((us["picojoules"] - PADDING * us["padding"]) / them["picojoules"] - 1)))
    means = us["nanoseconds"].mean(), them["nanoseconds"].mean()
    latency = float(means[0] / means[1] - 1)
    pearson = float(np.corrcoef(us["nanoseconds"], them["nanoseconds"])[0, 1])
    print(
        f"{net.name} on {board}, {mode}: {len(us['fired'])} steps, {us['fired'].sum()} spikes, "
        f"{us['synapses'].sum()} synaptic operations; counts {'differ' if differ else 'equal in every step'}; energy "
        f"within {energy:.1e}; latency {means[0]:.1f} ns for {means[1]:.1f} ({100 * latency:+.2f} %), Pearson "
        f"{pearson:.4f}", flush=True)
    bounds = [(f"{name} differ", name in differ) for name in COUNTS]
    bounds += [("nobody fired", us["fired"].sum() == 0), (f"energy differs by more than {ENERGY_MAX}", not energy <= ENERGY_MAX)]
    # `detailed` is an estimate itself: only `cycle` is held to a bound in time.
    if mode == "cycle":
        bounds += [(f"mean latency differs by more than {LATENCY_MAX}", not abs(latency) <= LATENCY_MAX)]
        bounds += [(f"Pearson is below {PEARSON_MIN}", not pearson >= PEARSON_MIN)]
    passed = [what for what, is_passed in bounds if is_passed]
    for what in passed:
        print(f"FAILED {net.name} {mode}: {what}", flush=True)
    return not passed
