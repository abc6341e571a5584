"""Lowered schemas obey checkers that are not ours: the transforms inside the providers' own packages and
the rules of their documentation. Over the schemas from the field, and over vectors of the reference.
"""

import copy
import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import subset_rules

SOURCES = Path(os.environ["EXTRACTD_SOURCE_DIR"])
DATA = Path(os.environ.get("EXTRACTD_TEST_DATA") or SOURCES.parent / "shared" / "data")
LOWER_ROWS = Path(os.environ["EXTRACTD_BUILD_DIR"], "tests/conformance/lower_rows")
CORPORA = ("real-schemas-maskbench", "real-schemas-schemastore")

pytestmark = pytest.mark.skipif(
    not (DATA / CORPORA[0]).exists(), reason="EXTRACTD_TEST_DATA names no test data"
)


def lower(lines: str) -> list[dict[str, Any]]:
    """The rows that lower_rows makes of lines with `id` and `schema`."""
    done = subprocess.run([LOWER_ROWS], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return lower("".join((DATA / name / "schemas.jsonl").read_text() for name in CORPORA))


def lowered_to(rows: list[dict[str, Any]], subset: str) -> list[tuple[str, dict[str, Any]]]:
    found = [(row["id"], row["lowered"]) for row in rows if row["subset"] == subset and "lowered" in row]
    assert len(found) > 400, f"{subset}: only {len(found)} schemas were lowered"
    return found


@pytest.mark.parametrize("subset", sorted(subset_rules.RULES))
def test_lowered_schemas_obey_the_documented_rules(rows: list[dict[str, Any]], subset: str) -> None:
    faults = Counter[str]()
    schemas = lowered_to(rows, subset)
    for name, schema in schemas:
        size = len(json.dumps(schema, separators=(",", ":"), ensure_ascii=False).encode())
        for fault in subset_rules.faults(subset, schema, size):
            faults[f"{name} {fault}"] += 1
    print(f"{subset}: {len(schemas)} lowered schemas obey the documented rules")
    assert not faults, faults.most_common(10)


def test_openai_finds_nothing_to_make_strict(rows: list[dict[str, Any]]) -> None:
    from openai.lib._pydantic import _ensure_strict_json_schema

    for name, schema in lowered_to(rows, "openai_strict"):
        before = copy.deepcopy(schema)
        strict = _ensure_strict_json_schema(schema, path=(), root=schema)
        assert strict == before, name


def test_anthropic_finds_nothing_to_transform(rows: list[dict[str, Any]]) -> None:
    from anthropic import transform_schema

    for name, schema in lowered_to(rows, "anthropic_strict"):
        before = copy.deepcopy(schema)
        assert transform_schema(schema) == before, name


def test_google_reads_every_member(rows: list[dict[str, Any]]) -> None:
    from google.genai import types

    for name, schema in lowered_to(rows, "gemini_openapi"):
        read = types.Schema.model_validate(schema)
        assert set(read.model_dump(exclude_none=True, by_alias=True)) == set(schema), name


def plain(schema: Any) -> Any:
    """Without what only describes."""
    if isinstance(schema, list):
        return [plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: plain(value) for key, value in schema.items() if key not in ("description", "title")}


def test_anthropic_vectors_come_out_alike() -> None:
    vectors = json.loads(DATA.parent.joinpath("reference/vectors.json").read_text())
    cases = vectors["schema_transforms"]["cases"]
    alike = ("flat_constraints", "literals_and_unions")
    lines = "".join(json.dumps({"id": name, "schema": cases[name]["input"]}) + "\n" for name in alike)
    ours = {row["id"]: row["lowered"] for row in lower(lines) if row["subset"] == "anthropic_strict"}
    for name in alike:
        assert plain(ours[name]) == plain(cases[name]["anthropic_sdk_transform_schema"]), name
