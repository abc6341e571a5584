"""Validation, repair and incremental parsing beside other libraries, interleaved in one run.

    compare.py MEASURE [--rounds N]

MEASURE is bench_peers_measure. The others are what scripts/tools.sh --bench installs; without them
the run is skipped (77), where CI=true it fails. Prints the best time of each over the rounds, the
ratios, and the growth from 2 kB to 2 MB; fails where a budget is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import texts

SKIPPED = 77
HERE = Path(__file__).parent
SIZES = ("2kB", "20kB", "200kB", "2000kB")

# What one go may cost, in nanoseconds; what is not reached yet is shown, and guarded by its ratio.
NOT_REACHED = ("validate_100kB",)
BUDGETS = {
    "validate_12_fields": 500,
    "validate_100kB": 50_000,
    "compile_12_fields": 30_000,
    "compile_20kB": 1_000_000,
    "repair_2kB": 20_000,
    "repair_200kB": 2_000_000,
    # 1 MB in 68,000 pieces at 0.5 us each.
    "incremental_2000kB": 2 * 68_000 * 500,
}
# Ten times the text, at most so many times the time.
MAX_GROWTH = 11.0
# A guard on any machine; what is measured on a quiet one stands in docs/performance.md.
TOLERANCE = float(os.environ.get("EXTRACTD_BENCH_TOLERANCE", "1.5"))
# (ours, theirs, must not be slower)
PAIRS = (
    ("validate_12_fields", "jsonschema-rs validate_12_fields", True),
    ("validate_12_fields", "jsonschema-rs, unconverted validate_12_fields", True),
    ("validate_12_fields", "ajv validate_12_fields", False),
    ("validate_100kB", "jsonschema-rs validate_100kB", True),
    ("validate_100kB", "jsonschema-rs, unconverted validate_100kB", True),
    ("validate_100kB", "ajv validate_100kB", False),
    ("compile_12_fields", "jsonschema-rs compile_12_fields", True),
    ("compile_12_fields", "ajv compile_12_fields", True),
    ("compile_20kB", "jsonschema-rs compile_20kB", True),
    ("compile_20kB", "ajv compile_20kB", True),
    *((f"repair_{size}", f"jsonrepair repair_{size}", True) for size in SIZES[:3]),
    *((f"repair_{size}", f"json_repair repair_{size}", True) for size in SIZES[:3]),
    *((f"incremental_{size}", f"jiter partial_{size}", False) for size in SIZES[:3]),
    *((f"incremental_{size}", f"jiter incremental_{size}", True) for size in SIZES[:2]),
    *((f"parse_{size}", f"JSON.parse parse_{size}", False) for size in SIZES[:3]),
)


def tools() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "extractd" / "tools" / "peers"


def run(command: list[str], **variables: str) -> dict[str, float]:
    environment = {**os.environ, **variables}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def measure(program: str, directory: str, rounds: int) -> dict[str, float]:
    modules = str(tools() / "node_modules")
    commands = (
        ([program, directory], {}),
        ([str(tools() / "python" / "bin" / "python"), str(HERE / "peers.py"), directory], {}),
        (["node", str(HERE / "peers.mjs"), directory], {"PEERS_NODE_MODULES": modules}),
    )
    best: dict[str, float] = {}
    for _ in range(rounds):
        for command, variables in commands:
            for name, time in run(command, **variables).items():
                best[name] = min(time, best.get(name, time))
    # What it takes to hand a value over and accept anything.
    for case in ("12_fields", "100kB"):
        whole, accept = best[f"jsonschema-rs validate_{case}"], best[f"jsonschema-rs accept_{case}"]
        best[f"jsonschema-rs, unconverted validate_{case}"] = max(whole - accept, 1)
    return best


def shown(nanoseconds: float) -> str:
    for unit, size in (("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def report(best: dict[str, float]) -> list[str]:
    """Prints the tables; returns what is missed."""
    missed = []
    print("| what | ours | budget |\n|---|---|---|")
    for name, budget in BUDGETS.items():
        print(f"| {name} | {shown(best[name])} | {shown(budget)} |")
        if best[name] > budget * TOLERANCE and name not in NOT_REACHED:
            missed.append(f"{name}: {shown(best[name])}, budget {shown(budget)}")
    print("\n| what | ours | peer | theirs | ours / theirs |\n|---|---|---|---|---|")
    for ours, theirs, must in PAIRS:
        ratio = best[ours] / best[theirs]
        print(f"| {ours} | {shown(best[ours])} | {theirs} | {shown(best[theirs])} | {ratio:.3f} |")
        if must and ratio > 1:
            missed.append(f"{ours} is slower than {theirs}: {ratio:.2f}")
    print("\n| what | " + " | ".join(SIZES) + " | largest growth for 10x |\n|---|---|---|---|---|---|")
    for kind in ("parse", "incremental", "repair"):
        times = [best[f"{kind}_{size}"] for size in SIZES]
        growth = max(after / before for before, after in zip(times, times[1:]))
        print(f"| {kind} | " + " | ".join(map(shown, times)) + f" | {growth:.1f} |")
        if growth > MAX_GROWTH * TOLERANCE:
            missed.append(f"{kind} grows {growth:.1f} times from a size to the next")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("measure")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if not (tools() / "complete").exists():
        print(f"skipped: there is no {tools()}; scripts/tools.sh --bench makes it")
        return 1 if os.environ.get("CI") == "true" else SKIPPED
    with tempfile.TemporaryDirectory() as directory:
        texts.write(Path(directory))
        missed = report(measure(arguments.measure, directory, arguments.rounds))
    for line in missed:
        print(f"missed: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
