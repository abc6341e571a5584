"""Which constraints of a schema its lowered form does not hold, found by walking both side by side. Knows
what JSON Schema says and the forms of docs/schema-subsets.md (maps as lists of pairs, JSON text, null for
absent), not how schemas are lowered.

Lenient where it must be: of a branch of a union it is enough that one branch of the lowered union holds it.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

KINDS = {
    "string": ("pattern", "format", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": ("minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains", "unevaluatedItems"),
    "object": (
        "minProperties", "maxProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies",
        "unevaluatedProperties",
    ),
}  # fmt: skip
KIND_OF = {keyword: kind for kind, keywords in KINDS.items() for keyword in keywords}
CONDITIONS = ("not", "if", "then", "else", "$dynamicRef")
# Say nothing with these values.
EMPTY = {"uniqueItems": False, "unevaluatedItems": True, "unevaluatedProperties": True, "minItems": 0}
EMPTY |= {"minLength": 0, "minProperties": 0}
LOWER_BOUNDS = {"minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"}
UPPER_BOUNDS = {"maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"}
# Stands for values that the lowered schema does not look into.
OPAQUE: dict[str, Any] = {}
JSON_TEXT = "The value as JSON text."
PAIRS = {"key", "value"}
BEHIND_TUPLES = 10**6

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


class Walk:
    def __init__(self, root: Any, lowered: dict[str, Any], downgrades: list[list[str]]):
        self.root = root
        self.lowered = lowered
        self.named = {(path, keyword) for path, keyword in downgrades}
        self.draft7 = isinstance(root, dict) and "/draft-07/" in str(root.get("$schema", ""))
        self.checked: set[tuple[str, str]] = set()
        self.used: set[tuple[str, str]] = set()
        self.seen: set[tuple[Any, ...]] = set()
        self.split: dict[int, Nodes] = {}
        self.ids: dict[str, tuple[Any, str]] = {}
        self.index(root, "")

    def index(self, schema: Any, at: str) -> None:
        """Anchors and identifiers."""
        parts = schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ()
        for token, part in parts:
            self.index(part, child({token: part}, at, token)[1])
        if not isinstance(schema, dict):
            return
        if isinstance(schema.get("$anchor"), str):
            self.ids.setdefault("#" + schema["$anchor"], (schema, at))
        if isinstance(schema.get("$id"), str):
            self.ids.setdefault(schema["$id"], (schema, at))
            self.ids.setdefault(schema["$id"].rstrip("#").rsplit("/", 1)[-1], (schema, at))

    def faults(self) -> Iterator[str]:
        node = self.lowered
        if set(node.get("properties", {})) == {"value"} and not self.is_object_root():
            node = node["properties"]["value"]
        yield from self.walk(self.root, "", self.leaves([node]), True)

    def is_object_root(self) -> bool:
        """The root is sent as it is, not inside an object of ours."""
        root = self.root
        for _ in range(20):
            if not isinstance(root, dict):
                return False
            if "value" in root.get("properties", {}):
                return True
            if "$ref" not in root:
                return False
            root = (self.target(root["$ref"]) or (None, ""))[0]
        return False

    def leaves(self, nodes: Nodes) -> Nodes:
        """The nodes behind references and unions."""
        found: Nodes = []
        todo = list(reversed(nodes))
        met: set[int] = set()
        while todo:
            node = todo.pop()
            if id(node) in met:
                continue
            met.add(id(node))
            if "$ref" in node:
                todo.append(self.lowered["$defs"][node["$ref"].removeprefix("#/$defs/")])
            elif "anyOf" in node:
                todo.extend(reversed(node["anyOf"]))
            else:
                found.extend(self.by_type(node))
        return found

    def by_type(self, node: dict[str, Any]) -> Nodes:
        """A node for each of its types, always the same ones."""
        types = node.get("type")
        if isinstance(types, str) and node.get("nullable") is True:
            types = [types, "null"]
        if not isinstance(types, list):
            return [node]
        if id(node) not in self.split:
            self.split[id(node)] = [of_one_type(node, name) for name in types]
        return self.split[id(node)]

    def target(self, reference: str) -> tuple[Any, str] | None:
        if reference in self.ids:
            return self.ids[reference]
        base, _, fragment = reference.partition("#")
        start = (self.root, "") if not base else self.ids.get(base) or self.ids.get(base.rsplit("/", 1)[-1])
        if start is None:
            return None
        found, at = start
        for token in unquote(fragment).split("/")[1:]:
            token = token.replace("~1", "/").replace("~0", "~")
            try:
                found, at = child(found, at, int(token) if isinstance(found, list) else token)
            except (KeyError, IndexError, ValueError, TypeError):
                return None
        return found, at

    def lost(self, at: str, keyword: str) -> Iterator[str]:
        self.used.add((at, keyword))
        if (at, keyword) not in self.named and (at, "") not in self.named:
            yield f"{at} {keyword}"

    def check(self, at: str, keyword: str, held: bool) -> Iterator[str]:
        self.checked.add((at, keyword))
        if not held:
            yield from self.lost(at, keyword)

    def walk(self, schema: Any, at: str, nodes: Nodes, every: bool) -> Iterator[str]:
        """`every`: each of the nodes must hold what the schema says; else one of them."""
        key = (at, every, *sorted(id(node) for node in nodes))
        if key in self.seen or not isinstance(schema, dict):
            return
        self.seen.add(key)
        if "$ref" in schema and isinstance(schema["$ref"], str):
            yield from self.reference(schema["$ref"], at, nodes, every)
            if self.draft7:
                return
        nodes = self.relevant(schema, nodes)
        for look in (self.values, self.scalars, self.members, self.elements, self.combined):
            yield from look(schema, at, nodes, every)

    def combined(self, schema: dict[str, Any], at: str, nodes: Nodes, every: bool) -> Iterator[str]:
        for keyword in ("allOf", "anyOf", "oneOf"):
            for index, part in enumerate(schema.get(keyword, [])):
                if keyword != "allOf" and (is_impossible(part) or self.any_is_free(schema[keyword])):
                    continue
                yield from self.walk(*child(schema, at, keyword, index), nodes, every and keyword == "allOf")
        lost = [keyword for keyword in CONDITIONS if keyword in schema]
        lost += ["oneOf"] if len(schema.get("oneOf", [])) > 1 else []
        for keyword in lost if nodes else ():
            yield from self.check(at, keyword, False)

    def any_is_free(self, branches: list[Any]) -> bool:
        """One of the branches takes any value: the others say nothing."""
        for branch in branches:
            if isinstance(branch, dict) and set(branch) == {"$ref"}:
                branch = (self.target(branch["$ref"]) or (None, ""))[0]
            if branch is True or (isinstance(branch, dict) and set(branch) <= {"description", "title", "default"}):
                return True
        return False

    def relevant(self, schema: dict[str, Any], nodes: Nodes) -> Nodes:
        """Without those for null beside absent."""
        types = types_of(schema)
        values = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if values is not None:
            types = {kind_of(value) for value in values}
        if types is None or "null" in types:
            return nodes
        return [node for node in nodes if node.get("type") != "null"]

    def reference(self, reference: str, at: str, nodes: Nodes, every: bool) -> Iterator[str]:
        found = self.target(reference)
        if found is None:
            yield from self.check(at, "$ref", False)
        elif (at, "$ref") in self.named:
            self.used.add((at, "$ref"))
        else:
            yield from self.walk(*found, nodes, every)

    def holds(self, nodes: Nodes, every: bool, test: Any) -> bool:
        return (all if every else any)(test(node) for node in nodes) if nodes else True

    def values(self, schema: dict[str, Any], at: str, nodes: Nodes, every: bool) -> Iterator[str]:
        for keyword in ("enum", "const"):
            if keyword not in schema:
                continue
            allowed = schema[keyword] if keyword == "enum" else [schema[keyword]]
            able = [node for node in nodes if any(accepts(node, kind_of(value)) for value in allowed)]
            if not every:  # a node that lists other values alone is another branch's
                able = [node for node in able if listed(node) is None or among(node, allowed)]
            test = only if every else only_or_among
            yield from self.check(at, keyword, self.holds(able, every, lambda node: test(node, allowed)))  # noqa: B023
        if "type" in schema:
            yield from self.check(at, "type", self.holds(nodes, every, lambda node: of_type(node, schema)))

    def scalars(self, schema: dict[str, Any], at: str, nodes: Nodes, every: bool) -> Iterator[str]:
        types = types_of(schema)
        for keyword, value in schema.items():
            kind = KIND_OF.get(keyword)
            if kind is None or (keyword in EMPTY and EMPTY[keyword] == value):
                continue
            if types is not None and kind not in types:
                continue
            able = [node for node in nodes if accepts(node, kind)]
            yield from self.check(at, keyword, self.holds(able, every, lambda node: as_tight(node, keyword, value)))  # noqa: B023

    def members(self, schema: dict[str, Any], at: str, nodes: Nodes, every: bool) -> Iterator[str]:
        able = containers(schema, "object", nodes)
        if not able:
            return
        aliases = {name: alias_of(name, member) for name, member in schema.get("properties", {}).items()}
        for name in aliases:
            yield from self.member(*child(schema, at, "properties", name), (name, aliases[name]), able, every)
        names = [(name, aliases.get(name, name)) for name in schema.get("required", [])]
        if names:
            yield from self.check(at, "required", self.holds(able, every, lambda node: requires(node, names)))
        yield from self.rest(schema, at, able, every)

    def member(self, part: Any, at: str, names: tuple[str, str], able: Nodes, every: bool) -> Iterator[str]:
        if part is False:
            yield from self.check(at, "", all(excludes(node, names[1]) for node in able))
        if not every and any(excludes(node, name) for node in able for name in names):
            return
        below = self.leaves([found for node in able for found in member_of(node, *names)])
        yield from self.walk(part, at, below, every)

    def rest(self, schema: dict[str, Any], at: str, able: Nodes, every: bool) -> Iterator[str]:
        below = self.leaves([found for node in able for found in rest_of(node)])
        for pattern in schema.get("patternProperties", {}):
            yield from self.walk(*child(schema, at, "patternProperties", pattern), below, False)
        if schema.get("patternProperties"):
            yield from self.check(at, "patternProperties", False)
        rest = schema.get("additionalProperties")
        if rest is False:
            held = self.holds(able, every, lambda node: node.get("additionalProperties") is False and not mixed(node))
            yield from self.check(at, "additionalProperties", held)
        elif rest is not None:
            mere = not schema.get("patternProperties")
            yield from self.walk(*child(schema, at, "additionalProperties"), below, every and mere)

    def elements(self, schema: dict[str, Any], at: str, nodes: Nodes, every: bool) -> Iterator[str]:
        able = containers(schema, "array", nodes)
        if not able:
            return
        listed_items = isinstance(schema.get("items"), list)
        keyword, rest = ("items", "additionalItems") if listed_items else ("prefixItems", "items")
        prefix = [] if self.draft7 and not listed_items else schema.get(keyword, [])
        yield from self.first(schema, at, (keyword, len(prefix)), able, every)
        if schema.get(rest) is False:
            closed = self.holds(able, every, lambda node: node.get("items") is False)
            yield from self.check(at, rest, closed)
        elif rest in schema and (prefix or rest == "items"):
            yield from self.walk(*child(schema, at, rest), self.below(able, BEHIND_TUPLES), every and not prefix)

    def first(
        self, schema: dict[str, Any], at: str, prefix: tuple[str, int], able: Nodes, every: bool
    ) -> Iterator[str]:
        keyword, length = prefix
        exact = every and all("prefixItems" in node for node in able)
        if length > 0:
            yield from self.check(at, keyword, self.holds(able, every, lambda node: "prefixItems" in node))
        for index in range(length):
            yield from self.walk(*child(schema, at, keyword, index), self.below(able, index), exact)

    def below(self, able: Nodes, index: int) -> Nodes:
        """What an element is."""
        return self.leaves([found for node in able for found in element_of(node, index)])


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
