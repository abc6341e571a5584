"""The constraints that lowered schemas keep, each in a small schema of its own, for engines that make grammars:
one that makes the same grammar without the constraint would ignore it silently.
"""

import json
from collections.abc import Iterator
from typing import Any

CONSTRAINTS = {
    "format", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum",
}  # fmt: skip
# Bounds that no value of an engine's finite numbers and lengths reaches.
LARGEST = 10_000
SCALARS = ("string", "number", "integer")


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """The schema and all that stand in it."""
    if isinstance(schema, list):
        for item in schema:
            yield from parts(item)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("type"), str):
        yield schema
    for key, value in schema.items():
        if key not in ("enum", "const", "required", "default", "description"):
            yield from parts(value)


def matters(constraint: tuple[str, Any]) -> bool:
    keyword, value = constraint
    if keyword in ("minLength", "minItems") and value == 0:
        return False
    return not isinstance(value, int | float) or abs(value) <= LARGEST


def plain(schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema without what it says of its parts; None: it keeps no constraint."""
    kept = {key: value for key, value in schema.items() if key in CONSTRAINTS}
    if not kept or "enum" in schema or "const" in schema or not all(map(matters, kept.items())):
        return None
    if schema["type"] == "array":
        return {"type": "array", "items": {"type": "boolean"}} | kept
    return {"type": schema["type"]} | kept if schema["type"] in SCALARS else None


def kept_constraints(lowered: Iterator[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    """Each different small schema with the name of one constraint in it."""
    found: dict[str, dict[str, Any]] = {}
    for schema in lowered:
        for part in parts(schema):
            small = plain(part)
            if small is not None:
                found.setdefault(json.dumps(small, sort_keys=True), small)
    return [(small, key) for small in found.values() for key in small if key in CONSTRAINTS]
