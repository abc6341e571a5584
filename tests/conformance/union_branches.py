"""Which nodes of a lowered schema one branch of a union has for itself: those for its types, where no other branch
takes these, or those with its constants for a member that tells the branches apart, or with its very members.
"""

import json
from collections.abc import Callable
from typing import Any

from lowered_nodes import Nodes, accepts, alias_of, is_text, kind_of, listed, member_of, types_of

# A part of the caller's schema behind a reference; None: nobody knows.
Target = Callable[[str], tuple[Any, str] | None]
ALL = {"string", "number", "boolean", "null", "array", "object"}
MAX_DEPTH = 20


class Branches:
    """Of one union. `target` follows references, `leaves` the unions and references of the lowered schema."""

    def __init__(self, branches: list[Any], target: Target, leaves: Callable[[Nodes], Nodes]):
        self.branches = branches
        self.target = target
        self.leaves = leaves
        self.types = [self.types_in(branch) for branch in branches]

    def own(self, index: int, nodes: Nodes) -> Nodes | None:
        """None: other branches may share the nodes, or the branch has none."""
        others = [types for at, types in enumerate(self.types) if at != index]
        if all(self.types[index].isdisjoint(other) for other in others):
            return self.of_types(index, nodes)
        if "object" in self.types[index]:
            return self.told_apart(index, nodes) or self.of_members(index, nodes)
        return None

    def of_types(self, index: int, nodes: Nodes) -> Nodes | None:
        able = [node for node in nodes if any(accepts(node, kind) for kind in self.types[index])]
        # One enum may list the constants of several branches.
        if any(listed(node) is not None for node in able):
            return None
        # Texts are for the values of another branch, if there is more.
        return [node for node in able if not is_text(node)] or able or None

    def told_apart(self, index: int, nodes: Nodes) -> Nodes | None:
        constants = self.constants_in(self.branches[index])
        rivals = [
            self.constants_in(branch)
            for at, branch in enumerate(self.branches)
            if at != index and "object" in self.types[at]
        ]
        for name, (wire, values) in constants.items():
            if any(name not in rival or not rival[name][1].isdisjoint(values) for rival in rivals):
                continue
            found = [node for node in nodes if not is_text(node) and self.only_these(node, (name, wire), values)]
            if found:
                return found
        return None

    def of_members(self, index: int, nodes: Nodes) -> Nodes | None:
        names = self.members_in(self.branches[index])
        if not names or any(at != index and self.members_in(branch) == names for at, branch in enumerate(self.branches)):
            return None
        return [node for node in nodes if set(node.get("properties", {})) == names] or None

    def only_these(self, node: dict[str, Any], names: tuple[str, str], values: set[str]) -> bool:
        if not any(name in node.get("properties", {}) for name in names):
            return False
        members = self.leaves(member_of(node, *names))
        texts = {text for member in members for text in texts_of(listed(member) or [])}
        return bool(texts) and all(listed(member) is not None for member in members) and texts <= values

    def types_in(self, schema: Any, depth: int = 0) -> set[str]:
        """At most these have values under the schema."""
        if not isinstance(schema, dict) or depth > MAX_DEPTH:
            return set() if schema is False else ALL
        types = types_of(schema) or ALL
        values = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if values is not None:
            types = types & {kind_of(value) for value in values}
        for part in self.all_parts(schema):
            types = types & self.types_in(part, depth + 1)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                types = types & set().union(*(self.types_in(part, depth + 1) for part in schema[keyword]))
        return types

    def constants_in(self, schema: Any, depth: int = 0) -> dict[str, tuple[str, set[str]]]:
        """The required members with constants: their names in the lowered schema, and the constants as texts."""
        if not isinstance(schema, dict) or depth > MAX_DEPTH:
            return {}
        found: dict[str, tuple[str, set[str]]] = {}
        for part in self.all_parts(schema):
            found |= self.constants_in(part, depth + 1)
        for name in schema.get("required", []):
            member = schema.get("properties", {}).get(name)
            if isinstance(member, dict) and ("const" in member or "enum" in member):
                found[name] = (alias_of(name, member), set(texts_of(member.get("enum", [member.get("const")]))))
        return found

    def members_in(self, schema: Any, depth: int = 0) -> set[str]:
        """All that it declares, by their names in the lowered schema."""
        if not isinstance(schema, dict) or depth > MAX_DEPTH:
            return set()
        names = {alias_of(name, member) for name, member in schema.get("properties", {}).items()}
        return names.union(*(self.members_in(part, depth + 1) for part in self.all_parts(schema)))

    def all_parts(self, schema: dict[str, Any]) -> list[Any]:
        """What must hold besides."""
        parts = list(schema.get("allOf", []))
        if isinstance(schema.get("$ref"), str):
            found = self.target(schema["$ref"])
            parts += [found[0]] if found is not None else []
        return parts


def texts_of(values: list[Any]) -> list[str]:
    """Values as they stand in an enum of texts."""
    return [value if isinstance(value, str) else json.dumps(value) for value in values]
