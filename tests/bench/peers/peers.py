"""Times the Python peers on the texts that compare.py made; prints JSON as bench_peers_measure does.

    peers.py DIRECTORY
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jiter
import json_repair
import jsonschema_rs

SECONDS = 0.06
MEASUREMENTS = 5
CHUNK = 15


def seconds(times: int, once: Callable[[], object]) -> float:
    start = time.thread_time()
    for _ in range(times):
        once()
    return time.thread_time() - start


def nanoseconds(once: Callable[[], object], measurements: int = MEASUREMENTS) -> float:
    times = 1
    while seconds(times, once) < SECONDS:
        times *= 2
    return min(seconds(times, once) for _ in range(measurements)) / times * 1e9


def prefixes(text: bytes) -> None:
    """A partial object after each piece, as a stream needs it: the text so far is read again."""
    for end in range(CHUNK, len(text) + CHUNK, CHUNK):
        jiter.from_json(text[:end], partial_mode="trailing-strings")


def measure(directory: Path) -> dict[str, float]:
    def read(name: str) -> str:
        return (directory / name).read_text()

    times = {}
    for case, name in (("12_fields", "invoice"), ("100kB", "list")):
        schema, instance = json.loads(read(f"{name}.schema.json")), json.loads(read(f"{name}.json"))
        validator = jsonschema_rs.validator_for(schema)
        anything = jsonschema_rs.validator_for({})
        assert validator.is_valid(instance)
        times[f"jsonschema-rs validate_{case}"] = nanoseconds(lambda: validator.is_valid(instance))
        times[f"jsonschema-rs accept_{case}"] = nanoseconds(lambda: anything.is_valid(instance))
    for case, name in (("12_fields", "invoice"), ("20kB", "large")):
        schema = json.loads(read(f"{name}.schema.json"))
        times[f"jsonschema-rs compile_{case}"] = nanoseconds(lambda: jsonschema_rs.validator_for(schema))
    for size in ("2kB", "20kB", "200kB"):
        broken, good = read(f"broken_{size}.txt"), read(f"good_{size}.json").encode()
        times[f"json_repair repair_{size}"] = nanoseconds(lambda: json_repair.loads(broken), 2)
        cut = good[: len(good) * 2 // 3]
        times[f"jiter partial_{size}"] = nanoseconds(
            lambda: jiter.from_json(cut, partial_mode="trailing-strings")
        )
        if size != "200kB":
            times[f"jiter incremental_{size}"] = nanoseconds(lambda: prefixes(good), 1)
    return times


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
