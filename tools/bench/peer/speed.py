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
    """Prints a table: medians in milliseconds a step, and how many times as fast as SANA-FE's `detailed` that is.

    Three times: as it is, beside `detailed` without a trace; beside `detailed` that writes a row a step; and where both
    also write what every message did: a row a message there, a row a router that grants it here.
    """
    print(HEAD, flush=True)
    for name, board, goal in GOALS:
        if name in workloads:
            print(row(network.read(shared, name), board, goal, (shared, out, reps)), flush=True)


HEAD = """\
| network | tiles x cores | spikes a step, workload's | `detailed`, ms | and a row a step | and a row a message | davies2018: engine | command line | and a row a grant | nahuku: engine | command line | and a row a grant | workload, engine | wanted |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""
PLAIN, BY_STEP, BY_MESSAGE = "plain", "by step", "by message"


def row(net, board, goal, where):
    """One network on one board."""
    shared, out, reps = where
    span, folder = SPANS[net.name], out / f"{net.name}-{board}".replace(" ", "")
    image = ours.build(net, board, folder)
    sides = peers(theirs.load(net, board, folder), span)
    for calibration in CALIBRATIONS:
        sides[calibration, "engine"] = lambda c=calibration: ours.engine(image, c, span)
        sides[calibration, "line"] = lambda c=calibration: ours.command_line(image, c, span)
        sides[calibration, "log"] = lambda c=calibration: logged(image, c, span)
    times, spikes = {side: [] for side in sides}, set()
    for _ in range(reps):
        for side, run in sides.items():
            ms, fired = run()
            times[side].append(ms)
            spikes.add(fired)
    assert len(spikes) == 1, f"they do not fire alike: {spikes}"
    own = ours.workload(net.name, board, shared, reps)
    return cells(net, board, goal, spikes.pop() / span.steps, {side: median(ms) for side, ms in times.items()}, own)


def peers(loaded, span):
    """SANA-FE's sides: without a trace, with a row a step, and with a row a message as well."""
    traces = {PLAIN: {}, BY_STEP: {"perf_trace": True}, BY_MESSAGE: {"perf_trace": True, "message_trace": True}}
    return {side: lambda kept=kept: theirs.speed(loaded, span, kept) for side, kept in traces.items()}


def logged(image, calibration, span):
    """The command line that writes every grant of every router, as text."""
    log = image.parent / "flits.csv"
    return ours.command_line(image, calibration, span, "--flit-log", log)


def cells(net, board, goal, spikes, times, own):
    """The cells of a row."""
    plain, by_step, by_message = (times.pop(side) for side in (PLAIN, BY_STEP, BY_MESSAGE))
    beside = lambda ms: f"{ms:.3f} ({plain / ms:.1f} x, {by_step / ms:.1f} x)"
    all = [net.name, board, f"{spikes:.0f}, {net.spikes_wanted:.0f}", f"{plain:.2f}", f"{by_step:.2f}", f"{by_message:.2f}"]
    all += [f"{ms:.3f} ({by_message / ms:.1f} x)" if side == "log" else beside(ms) for (_, side), ms in times.items()]
    return "| " + " | ".join(map(str, all + [beside(own), f"{goal} x"])) + " |"
