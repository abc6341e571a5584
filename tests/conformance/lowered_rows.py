"""What the program lower_rows makes of schemas, for the tests that look at lowered schemas."""

import functools
import json
import os
import subprocess
from pathlib import Path
from typing import Any

SOURCES = Path(os.environ["EXTRACTD_SOURCE_DIR"])
DATA = Path(os.environ.get("EXTRACTD_TEST_DATA") or SOURCES.parent / "shared" / "data")
LOWER_ROWS = Path(os.environ["EXTRACTD_BUILD_DIR"], "tests/conformance/lower_rows")
CORPORA = ("real-schemas-maskbench", "real-schemas-schemastore")


def has_data() -> bool:
    return (DATA / CORPORA[0]).exists()


def lower(lines: str, *subset: str) -> list[dict[str, Any]]:
    """The rows that lower_rows makes of lines with `id` and `schema`, for all subsets or one."""
    done = subprocess.run([LOWER_ROWS, *subset], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def corpus_text() -> str:
    return "".join((DATA / name / "schemas.jsonl").read_text() for name in CORPORA)


@functools.cache
def schemas() -> dict[str, Any]:
    """The schemas from the field, by their ids."""
    return {row["id"]: row["schema"] for row in map(json.loads, corpus_text().splitlines())}


@functools.cache
def rows() -> list[dict[str, Any]]:
    """Every schema from the field, lowered to every subset."""
    return lower(corpus_text())


def lowered_to(subset: str) -> list[dict[str, Any]]:
    found = [row for row in rows() if row["subset"] == subset and "lowered" in row]
    assert len(found) > 400, f"{subset}: only {len(found)} schemas were lowered"
    return found
