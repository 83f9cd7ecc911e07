"""How long a step takes on either side: one thread, turn by turn in one run, the same steps of the same network."""

from statistics import median
from typing import NamedTuple

from . import network, ours, theirs
from .board import Board

CALIBRATIONS = ("loihi1-davies2018", "loihi1-nahuku")
# Boards, and how many times as fast as `detailed` we want to be.
GOALS = (("W1", Board(8, 4, 4), 10), ("W2", Board(8, 4, 4), 10), ("W3", Board(4, 2, 4), 18), ("W3", Board(8, 4, 1), 12))


class Span(NamedTuple):
    """Steps that are timed, and those before them."""

    before: int
    steps: int


SPANS = {"W1": Span(50, 1000), "W2": Span(50, 1000), "W3": Span(50, 400)}


def measure(workloads, shared, out, reps):
    """Prints a table: medians in milliseconds a step, and how many times as fast as SANA-FE's `detailed` that is, without
    and with its trace of every step."""
    print(HEAD, flush=True)
    for name, board, goal in GOALS:
        if name in workloads:
            print(row(network.read(shared, name), board, goal, (shared, out, reps)), flush=True)


HEAD = """\
| network | tiles x cores | spikes a step, workload's | `detailed`, ms | with a row a step | davies2018: engine | command line | nahuku: engine | command line | workload, engine | wanted |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


def row(net, board, goal, where):
    """One network on one board."""
    shared, out, reps = where
    span, folder = SPANS[net.name], out / f"{net.name}-{board}".replace(" ", "")
    image = ours.build(net, board, folder)
    loaded = theirs.load(net, board, folder)
    sides = {traced: lambda traced=traced: theirs.speed(loaded, span, traced) for traced in (False, True)}
    for calibration in CALIBRATIONS:
        sides[calibration, "engine"] = lambda c=calibration: ours.engine(image, c, span)
        sides[calibration, "line"] = lambda c=calibration: ours.command_line(image, c, span)
    times, spikes = {side: [] for side in sides}, set()
    for _ in range(reps):
        for side, run in sides.items():
            ms, fired = run()
            times[side].append(ms)
            spikes.add(fired)
    assert len(spikes) == 1, f"they do not fire alike: {spikes}"
    own = ours.workload(net.name, board, shared, reps)
    return cells(net, board, goal, spikes.pop() / span.steps, {side: median(ms) for side, ms in times.items()}, own)


def cells(net, board, goal, spikes, times, own):
    """The cells of a row."""
    alone, traced = times.pop(False), times.pop(True)
    beside = lambda ms: f"{ms:.3f} ({alone / ms:.1f} x, {traced / ms:.1f} x)"
    all = [net.name, board, f"{spikes:.0f}, {net.spikes_wanted:.0f}", f"{alone:.2f}", f"{traced:.2f}"]
    all += [beside(ms) for ms in times.values()] + [beside(own), f"{goal} x"]
    return "| " + " | ".join(map(str, all)) + " |"
