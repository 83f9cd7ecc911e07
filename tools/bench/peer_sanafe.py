#!/usr/bin/env python3
"""Runs the peer SANA-FE and Seamount side by side on one network: do they agree, and how long does a step take.

    tools/test peers                                         # makes the environment, and checks
    target/peers/bin/python tools/bench/peer_sanafe.py check [--workload W2 ...] [--steps 25] [--modes detailed cycle]
    target/peers/bin/python tools/bench/peer_sanafe.py speed [--workload W1 W2 W3] [--reps 5]

`check` demands equal counts in every step, energy within 1e-6 and, for SANA-FE's `cycle` mode, mean latency within 5 %
and a correlation of at least 0.98; it ends with 3 where that is not so. `speed` prints milliseconds a step.

The network has the graph and the weights of a workload (../shared/workloads), see peer/network.py. Both get the same
placement and, to agree, the constants of SANA-FE's loihi.yaml, which are our calibration loihi1-nahuku.

SANA-FE's `cycle` mode ignores the hop latencies, the size and the buffers of its architecture file: it plays messages on
a concentrated 8 x 4 mesh, two networks, one channel of 8 flits, a clock of 1 ns and 4 ns a hop in either direction. Ours
are 4.1 ns east and west, 6.5 ns north and south, as in the file. Synaptic work is the greater part of these steps, so
the difference is small; it is part of what is reported.
"""

import argparse
import os
import sys
from pathlib import Path

from peer import agreement, network, speed
from peer.board import Board
from peer.ours import ROOT

# Share of W2's neurons that rest: what is idle is then the same for both.
RESTING = {"W2": 0.1}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", default=os.environ.get("SEAMOUNT_SHARED", ROOT.parent / "shared"), type=Path)
    parser.add_argument("--out", default=ROOT / "target/sanafe", type=Path, help="folder for descriptions and runs")
    what = parser.add_subparsers(dest="what", required=True)
    check = what.add_parser("check", help="whether both agree")
    check.add_argument("--workload", nargs="+", default=["W2"], choices=sorted(network.FOLDERS))
    check.add_argument("--modes", nargs="+", default=["detailed", "cycle"], choices=["simple", "detailed", "cycle"])
    check.add_argument("--board", nargs=3, type=int, default=[8, 4, 4], metavar=("WIDTH", "HEIGHT", "CORES"),
                       help="tiles east, tiles south, cores of a tile")
    check.add_argument("--steps", type=int, default=25)
    timed = what.add_parser("speed", help="how long a step takes on either side")
    timed.add_argument("--workload", nargs="+", default=sorted(network.FOLDERS), choices=sorted(network.FOLDERS))
    timed.add_argument("--reps", type=int, default=5)
    return parser.parse_args()


def main():
    given = arguments()
    if given.what == "speed":
        speed.measure(given.workload, given.shared, given.out, given.reps)
        return
    good = True
    for name in given.workload:
        net = network.read(given.shared, name, RESTING.get(name, 0.0))
        good &= agreement.check(net, Board(*given.board), given.out / name, given.modes, given.steps)
    sys.exit(0 if good else 3)


if __name__ == "__main__":
    main()
