"""Lowered schemas, read: what a node of one takes and holds. Knows what JSON Schema says and the forms of
docs/schema-subsets.md: maps as lists of pairs, JSON text, strings for other values.
"""

import json
import re
from typing import Any

LOWER_BOUNDS = {"minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"}
UPPER_BOUNDS = {"maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"}
# Stands for values that the lowered schema does not look into.
OPAQUE: dict[str, Any] = {}
NULL = {"type": "null"}
JSON_TEXT = "The value as JSON text."
PAIRS = {"key", "value"}

Nodes = list[dict[str, Any]]


def kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    names = {str: "string", list: "array", dict: "object"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), "null")


def types_of(schema: dict[str, Any]) -> set[str] | None:
    """Of its own `type`, with integers as numbers; None: any."""
    types = schema.get("type")
    if types is None:
        return None
    return {"number" if t == "integer" else t for t in ([types] if isinstance(types, str) else types)}


def is_text(node: dict[str, Any]) -> bool:
    return node is OPAQUE or JSON_TEXT in node.get("description", "")


def is_pairs(node: dict[str, Any]) -> bool:
    items = node.get("items")
    return isinstance(items, dict) and set(items.get("properties", {})) == PAIRS


def kind_of_text(value: Any) -> str:
    """Of the value that a string stands for."""
    try:
        return kind_of(json.loads(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


def listed(node: dict[str, Any]) -> list[Any] | None:
    return [node["const"]] if "const" in node else node.get("enum")


def accepts(node: dict[str, Any], kind: str) -> bool:
    """Values of that kind have a form under the node."""
    if is_text(node):
        return True
    values = listed(node)
    if values is not None:
        return any(kind in (kind_of(value), kind_of_text(value)) for value in values)
    types = types_of(node)
    return types is None or kind in types or (kind == "object" and is_pairs(node))


def child(schema: dict[str, Any], at: str, *tokens: str | int) -> tuple[Any, str]:
    found: Any = schema
    for token in tokens:
        found = found[token]
        at += "/" + str(token).replace("~", "~0").replace("/", "~1")
    return found, at


def of_one_type(node: dict[str, Any], name: str) -> dict[str, Any]:
    if name == "null":
        return {"type": "null"}
    one = {key: value for key, value in node.items() if key != "nullable"} | {"type": name}
    if "enum" in one:
        one["enum"] = [value for value in one["enum"] if value is not None]
    return one


def containers(schema: dict[str, Any], kind: str, nodes: Nodes) -> Nodes:
    """The nodes that take values of a kind which the schema allows, and do not list them."""
    types = types_of(schema)
    if types is not None and kind not in types:
        return []
    return [node for node in nodes if accepts(node, kind) and listed(node) is None]


def is_impossible(schema: Any) -> bool:
    """It lists values, none of which has the type that it names."""
    if not isinstance(schema, dict):
        return False
    types = types_of(schema)
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    return types is not None and values is not None and not any(kind_of(value) in types for value in values)


def alias_of(name: str, member: Any) -> str:
    return member.get("x-alias", name) if isinstance(member, dict) else name


def mixed(node: dict[str, Any]) -> bool:
    """Members that are not declared stand in a list of pairs."""
    return any(
        name.startswith("additional_properties") and is_pairs(member)
        for name, member in node.get("properties", {}).items()
    )


def member_of(node: dict[str, Any], name: str, wire: str) -> Nodes:
    properties = node.get("properties", {})
    for known in (wire, name):
        if known in properties:
            return [properties[known]]
    if is_text(node):
        return [OPAQUE]
    if is_pairs(node):
        return [node["items"]["properties"]["value"]]
    rest = node.get("additionalProperties", OPAQUE)
    return [rest] if isinstance(rest, dict) else [] if rest is False else [OPAQUE]


def rest_of(node: dict[str, Any]) -> Nodes:
    if is_text(node):
        return [OPAQUE]
    if is_pairs(node):
        return [node["items"]["properties"]["value"]]
    if mixed(node):
        return [
            member["items"]["properties"]["value"]
            for name, member in node["properties"].items()
            if name.startswith("additional_properties") and is_pairs(member)
        ]
    rest = node.get("additionalProperties", OPAQUE)
    return [rest] if isinstance(rest, dict) else [] if rest is False else [OPAQUE]


def element_of(node: dict[str, Any], index: int) -> Nodes:
    if is_text(node):
        return [OPAQUE]
    prefix = node.get("prefixItems", [])
    if index < len(prefix):
        return [prefix[index]]
    rest = node.get("items", OPAQUE)
    return [rest] if isinstance(rest, dict) else [] if rest is False else [OPAQUE]


def excludes(node: dict[str, Any], name: str) -> bool:
    return node.get("additionalProperties") is False and name not in node.get("properties", {})


def requires(node: dict[str, Any], names: list[tuple[str, str]]) -> bool:
    if is_text(node) or is_pairs(node):
        return False
    required = set(node.get("required", []))
    return all(required & set(either) for either in names)


def only(node: dict[str, Any], allowed: list[Any]) -> bool:
    texts = {json.dumps(value, sort_keys=True) for value in allowed}
    if node.get("type") == "null":
        return None in allowed
    values = listed(node)
    if values is None:
        types = types_of(node)
        return types is not None and types <= {"boolean", "null"} and {"true", "false"} <= texts
    spoken = texts | {json.dumps(value) for value in allowed if isinstance(value, str)}
    return all(
        value is None or json.dumps(value, sort_keys=True) in spoken or stands_for(value, allowed) for value in values
    )


def only_or_among(node: dict[str, Any], allowed: list[Any]) -> bool:
    """The values of several branches may be listed in one enum."""
    values = listed(node) or []
    return only(node, allowed) or all(any(stands_for(value, [one]) for value in values) for one in allowed)


def among(node: dict[str, Any], allowed: list[Any]) -> bool:
    return any(stands_for(value, allowed) for value in listed(node) or [])


def stands_for(text: Any, allowed: list[Any]) -> bool:
    if not isinstance(text, str):
        return any(kind_of(one) == kind_of(text) and one == text for one in allowed)
    if text in allowed:
        return True
    try:
        return json.loads(text) in allowed
    except ValueError:
        return False


def of_type(node: dict[str, Any], schema: dict[str, Any]) -> bool:
    if is_text(node):
        return False
    wanted = types_of(schema) or set()
    if listed(node) is not None or (is_pairs(node) and "object" in wanted):
        return True
    types = node.get("type")
    have = set([types] if isinstance(types, str) else types or [])
    own = {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
    own |= {"integer"} if "number" in own else set()
    return bool(have) and have <= own | {"null"}


def as_tight(node: dict[str, Any], keyword: str, value: Any) -> bool:
    if is_text(node):
        return False
    values = listed(node)
    if values is not None:
        return node.get(keyword) == value or all(obeys(one, keyword, value) for one in values)
    if keyword == "unevaluatedProperties" and value is False:
        return node.get("additionalProperties") is False
    if keyword not in node:
        return False
    if keyword in LOWER_BOUNDS:
        return node[keyword] >= value
    return node[keyword] <= value if keyword in UPPER_BOUNDS else node[keyword] == value


def matches(pattern: str, text: str) -> bool:
    try:
        return bool(re.search(pattern, text))
    except re.error:  # of another dialect
        return False


def obeys(one: Any, keyword: str, value: Any) -> bool:
    if isinstance(one, str):
        length = len(one)
        found = {"minLength": lambda: length >= value, "maxLength": lambda: length <= value}
        return found[keyword]() if keyword in found else keyword != "pattern" or matches(value, one)
    if kind_of(one) != "number":
        return True
    bounds = {"minimum": lambda: one >= value, "maximum": lambda: one <= value}
    bounds |= {"exclusiveMinimum": lambda: one > value, "exclusiveMaximum": lambda: one < value}
    return bounds.get(keyword, lambda: True)()
