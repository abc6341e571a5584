"""Which constraints of a schema its lowered form does not hold, found by walking both side by side. Knows what
JSON Schema says, not how schemas are lowered.

A branch of a union is looked for among the branches of the lowered union: by its types, its constants or its
members. Where it cannot be told from others, the walk is lenient: it is enough that one of them holds it.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from lowered_nodes import (
    NULL,
    Nodes,
    accepts,
    alias_of,
    among,
    as_tight,
    child,
    containers,
    element_of,
    excludes,
    is_impossible,
    kind_of,
    listed,
    member_of,
    mixed,
    of_one_type,
    of_type,
    only,
    only_or_among,
    requires,
    rest_of,
    types_of,
)
from union_branches import Branches

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
BEHIND_TUPLES = 10**6


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
                found.extend([NULL] if node.get("nullable") else [])
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
        for index in range(len(schema.get("allOf", []))):
            yield from self.walk(*child(schema, at, "allOf", index), nodes, every)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema and not self.any_is_free(schema[keyword]):
                yield from self.union(*child(schema, at, keyword), nodes, every)
        lost = [keyword for keyword in CONDITIONS if keyword in schema]
        lost += ["oneOf"] if len(schema.get("oneOf", [])) > 1 else []
        for keyword in lost if nodes else ():
            yield from self.check(at, keyword, False)

    def union(self, parts: list[Any], at: str, nodes: Nodes, every: bool) -> Iterator[str]:
        branches = Branches(parts, self.target, self.leaves)
        for index, part in enumerate(parts):
            if is_impossible(part):
                continue
            own = branches.own(index, nodes)
            if own is not None:
                yield from self.walk(part, f"{at}/{index}", own, every)
            if own is None or len(branches.types[index]) > 1:
                yield from self.walk(part, f"{at}/{index}", nodes, False)

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
        for keyword in schema.keys() & {"enum", "const"}:
            allowed = schema[keyword] if keyword == "enum" else [schema[keyword]]
            able = [node for node in nodes if any(accepts(node, kind_of(value)) for value in allowed)]
            yield from self.check(at, keyword, self.lists(able, allowed, every))
        if "type" in schema:
            yield from self.check(at, "type", self.holds(nodes, every, lambda node: of_type(node, schema)))

    def lists(self, nodes: Nodes, allowed: list[Any], every: bool) -> bool:
        if every:
            return all(only(node, allowed) for node in nodes)
        # A node that lists other values alone is another branch's.
        able = [node for node in nodes if listed(node) is None or among(node, allowed)]
        return self.holds(able, False, lambda node: only_or_among(node, allowed))

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
            yield from self.check(at, "", self.holds(able, every, lambda node: excludes(node, names[1])))
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
