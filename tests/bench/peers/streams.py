"""Streams with partial objects beside Instructor and TensorZero, in one run.

    streams.py BENCH_STREAMS [--rounds N]

The others are what scripts/tools.sh --bench installs; without them the run is skipped (77), where
CI=true it fails. Prints CPU time of one stream of each, from the same provider, and the ratios.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from compare import SKIPPED, shown, tools

HERE = Path(__file__).parent
SIZES = {"10 kB": "10000-700", "100 kB": "100000-6800", "1 MB": "1000000-68000"}
# Whoever shows a partial object after each chunk must cost more than we do.
MUST_COST_MORE = ("Instructor",)


def peers(program: str) -> dict[str, float]:
    upstream = subprocess.Popen(
        [program, "--upstream-only"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        url = upstream.stdout.readline().strip()
        python = tools() / "streams" / "bin" / "python"
        command = [str(python), str(HERE / "stream_peers.py"), url, *SIZES.values()]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)
    finally:
        upstream.stdin.close()
        upstream.wait()


def ours(program: str) -> dict[str, float]:
    command = [program, "--json", "--rounds", "1", "--first-deltas", "20", "--held", "50"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def measure(program: str, rounds: int) -> dict[str, float]:
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, value in (ours(program) | peers(program)).items():
            best[name] = min(value, best.get(name, value))
    return best


def report(best: dict[str, float]) -> list[str]:
    missed = []
    print("| answer | extractd | peer | CPU | peer / extractd |\n|---|---|---|---|---|")
    for size, shape in SIZES.items():
        own = best[f"extractd {size}"]
        for peer in ("Instructor", "TensorZero"):
            theirs = best.get(f"{peer} {shape}")
            if theirs is None:
                print(f"| {size} | {shown(own * 1e6)} | {peer} | not measured | |")
                continue
            print(f"| {size} | {shown(own * 1e6)} | {peer} | {shown(theirs * 1e6)} | {theirs / own:.1f} |")
            if peer in MUST_COST_MORE and theirs < own:
                missed.append(f"{size}: {peer} costs less")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    if not (tools() / "complete").exists():
        print(f"skipped: there is no {tools()}; scripts/tools.sh --bench makes it")
        return 1 if os.environ.get("CI") == "true" else SKIPPED
    missed = report(measure(arguments.program, arguments.rounds))
    for line in missed:
        print(f"missed: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
