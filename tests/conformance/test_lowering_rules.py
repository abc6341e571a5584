"""Lowered schemas obey checkers that are not ours: the transforms inside the providers' own packages and
the rules of their documentation. Over the schemas from the field, and over vectors of the reference.
"""

import copy
import json
import os
from collections import Counter
from typing import Any

import lowered_rows
import pytest
import subset_rules

pytestmark = pytest.mark.skipif(not lowered_rows.has_data(), reason="EXTRACTD_TEST_DATA names no test data")


def lowered_to(subset: str) -> list[tuple[str, dict[str, Any]]]:
    return [(row["id"], row["lowered"]) for row in lowered_rows.lowered_to(subset)]


@pytest.mark.parametrize("subset", sorted(subset_rules.RULES))
def test_lowered_schemas_obey_the_documented_rules(subset: str) -> None:
    faults = Counter[str]()
    schemas = lowered_to(subset)
    for name, schema in schemas:
        size = len(json.dumps(schema, separators=(",", ":"), ensure_ascii=False).encode())
        for fault in subset_rules.faults(subset, schema, size):
            faults[f"{name} {fault}"] += 1
    print(f"{subset}: {len(schemas)} lowered schemas obey the documented rules")
    assert not faults, faults.most_common(10)


def test_openai_finds_nothing_to_make_strict() -> None:
    from openai.lib._pydantic import _ensure_strict_json_schema

    for name, schema in lowered_to("openai_strict"):
        before = copy.deepcopy(schema)
        strict = _ensure_strict_json_schema(schema, path=(), root=schema)
        assert strict == before, name


def test_anthropic_finds_nothing_to_transform() -> None:
    from anthropic import transform_schema

    for name, schema in lowered_to("anthropic_strict"):
        before = copy.deepcopy(schema)
        assert transform_schema(schema) == before, name


def test_google_reads_every_member() -> None:
    from google.genai import types

    for name, schema in lowered_to("gemini_openapi"):
        read = types.Schema.model_validate(schema)
        assert set(read.model_dump(exclude_none=True, by_alias=True)) == set(schema), name


def plain(schema: Any) -> Any:
    """Without what only describes."""
    if isinstance(schema, list):
        return [plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: plain(value) for key, value in schema.items() if key not in ("description", "title")}


VECTORS = lowered_rows.DATA.parent / "reference/vectors.json"
# What others make of a schema, beside the subset that we would send to the same provider.
TRANSFORMS = {
    "anthropic_strict": "anthropic_sdk_transform_schema",
    "bedrock_strict": "bedrock_claude_strict_pydantic_ai",
    "gemini_json": "gemini_jsonschema_pydantic_ai",
    "gemini_openapi": "gemini_openapi_parameters_pydantic_ai",
}
# Theirs loses the map, is refused by the provider, or is an error of theirs.
WE_DO_MORE = {
    ("dict_field", "anthropic_strict"),
    ("dict_field", "bedrock_strict"),
    ("dict_field", "gemini_openapi"),
    ("recursive", "anthropic_strict"),
    ("recursive", "bedrock_strict"),
    ("recursive", "gemini_json"),
    ("recursive", "gemini_openapi"),
    ("nullable_and_refs", "anthropic_strict"),
}


def no_annotations(schema: dict[str, Any], _: str) -> dict[str, Any]:
    """A default constrains nothing, nor does an empty list of required members."""
    return {k: v for k, v in schema.items() if k != "default" and (k, v) != ("required", [])}


def any_of(schema: dict[str, Any], _: str) -> dict[str, Any]:
    """Decoders know one kind of union."""
    return {"anyOf" if k == "oneOf" else k: v for k, v in schema.items()}


def null_as_type(schema: dict[str, Any], _: str) -> dict[str, Any]:
    """A simple type or null is written the short way."""
    union = schema.get("anyOf", [])
    if len(union) == 2 and union[1] == {"type": "null"} and set(union[0]) == {"type"}:
        return {"type": [union[0]["type"], "null"]} | {k: v for k, v in schema.items() if k != "anyOf"}
    return schema


def null_as_flag(schema: dict[str, Any], subset: str) -> dict[str, Any]:
    """Gemini's older form has a flag for null, and no lists of types."""
    if subset == "gemini_openapi" and isinstance(schema.get("type"), list):
        return schema | {"type": schema["type"][0], "nullable": True}
    return schema


def ordering(schema: dict[str, Any], subset: str) -> dict[str, Any]:
    """That form also takes the order of properties, without which it sorts them."""
    names = list(schema.get("properties", {}))
    return schema | {"propertyOrdering": names} if subset == "gemini_openapi" and len(names) > 1 else schema


def undocumented(schema: dict[str, Any], subset: str) -> dict[str, Any]:
    """What the provider's documentation does not list is told in the description."""
    lost = {"bedrock_strict": {"uniqueItems"}, "gemini_openapi": {"uniqueItems"}}
    lost["gemini_json"] = {"uniqueItems", "minLength", "maxLength", "pattern"}
    return {k: v for k, v in schema.items() if k not in lost.get(subset, ())}


RULES = (no_annotations, any_of, null_as_type, null_as_flag, ordering, undocumented)


def by_our_rules(schema: Any, subset: str, used: Counter[str]) -> Any:
    if isinstance(schema, list):
        return [by_our_rules(item, subset, used) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: by_our_rules(value, subset, used) for key, value in schema.items()}
    if "properties" not in schema and "type" not in schema and "anyOf" not in schema and "oneOf" not in schema:
        return schema  # a map of names
    for rule in RULES:
        changed = rule(schema, subset)
        used[rule.__name__] += changed != schema
        schema = changed
    return schema


@pytest.mark.parametrize("subset", TRANSFORMS)
def test_others_make_the_same_of_a_schema_but_for_named_rules(subset: str) -> None:
    if not VECTORS.exists() and not os.environ.get("CI"):
        pytest.skip(f"{VECTORS.name} is not beside the test data")
    cases = json.loads(VECTORS.read_text())["schema_transforms"]["cases"]
    lines = "".join(json.dumps({"id": name, "schema": case["input"]}) + "\n" for name, case in cases.items())
    ours = {row["id"]: row["lowered"] for row in lowered_rows.lower(lines) if row["subset"] == subset}
    used = Counter[str]()
    compared = [name for name in cases if (name, subset) not in WE_DO_MORE]
    for name in compared:
        theirs = by_our_rules(plain(cases[name][TRANSFORMS[subset]]), subset, used)
        found = plain(ours[name])
        if (name, subset) == ("literals_and_unions", "gemini_openapi"):
            # Numbers of an enum become texts there; theirs drops the enum.
            found["properties"]["lvl"] = {"type": "integer"}
        assert found == theirs, name
    print(f"{subset}: {len(compared)} of {len(cases)} schemas alike; rules used: {dict(used)}")
