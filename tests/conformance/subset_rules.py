"""The rules of each provider's subset of JSON Schema, written from the providers' public documentation
alone (docs/schema-subsets.md names the pages): what a lowered schema may hold. Knows nothing of how
schemas are lowered.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

STRUCTURE = {"type", "description", "properties", "required", "items", "enum"}
BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
NUMBERS = BOUNDS | {"multipleOf"}
LENGTHS = {"minLength", "maxLength", "minItems", "maxItems"}
OPENAI_FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}


@dataclass
class Rules:
    keywords: set[str]
    root_object: bool = True
    closed: bool = False  # additionalProperties: false everywhere
    all_required: bool = False
    one_required: bool = False
    typed: bool = True  # a schema says its type, or is a union, a reference or an enum
    type_lists: bool = True
    recursion: bool = True
    strings_only: bool = False  # in enum
    min_items: int | None = None
    max_branches: int | None = None
    max_levels: int | None = None
    max_properties: int | None = None
    max_bytes: int | None = None
    max_enum: int | None = None
    formats: set[str] | None = None
    unanchored: bool = False
    anchored: bool = False  # from ^ to $
    integer_bounds: bool = False  # bounds stand at integers only
    one_text_rule: bool = False  # pattern, format and lengths do not stand together
    any_values: bool = False  # objects and lists in enum
    reference_siblings: bool = False  # a description may stand beside $ref


ANY_OF = {"anyOf", "$ref", "$defs"}
RULES = {
    "openai_strict": Rules(
        STRUCTURE | ANY_OF | NUMBERS | {"additionalProperties", "const", "pattern", "format", "minItems", "maxItems"},
        closed=True, all_required=True, max_levels=10, max_properties=5000, max_enum=1000, formats=OPENAI_FORMATS,
    ),
    "anthropic_strict": Rules(
        STRUCTURE | ANY_OF | {"additionalProperties", "const", "format", "minItems"},
        closed=True, type_lists=False, recursion=False, min_items=1, formats=OPENAI_FORMATS | {"uri"},
    ),
    "bedrock_strict": Rules(
        STRUCTURE | ANY_OF
        | {"additionalProperties", "const", "format", "pattern", "minLength", "maxLength", "minItems"},
        closed=True, recursion=False, min_items=1,
    ),
    "cerebras_strict": Rules(
        STRUCTURE | ANY_OF | {"additionalProperties", "const", "prefixItems"},
        closed=True, all_required=True, type_lists=False, recursion=False, max_branches=5, max_levels=10,
        max_properties=500, max_bytes=5000,
    ),
    "cohere": Rules(
        STRUCTURE | ANY_OF | {"additionalProperties", "const", "pattern", "format"},
        one_required=True, max_properties=200, formats={"date-time", "uuid", "date", "time"}, unanchored=True,
    ),
    "databricks": Rules(STRUCTURE | {"additionalProperties"}, closed=True, max_properties=64),
    "databricks_tools": Rules(STRUCTURE | {"additionalProperties"}, closed=True, max_properties=16),
    "deepseek_strict": Rules(
        STRUCTURE | ANY_OF | {"additionalProperties"}, closed=True, all_required=True, type_lists=False
    ),
    "fireworks": Rules(STRUCTURE | ANY_OF | NUMBERS | {"additionalProperties"}, typed=False),
    "gemini_json": Rules(
        STRUCTURE | ANY_OF | {"additionalProperties", "prefixItems", "minItems", "maxItems", "minimum", "maximum"},
        root_object=False, typed=False, recursion=False,
    ),
    "gemini_openapi": Rules(
        STRUCTURE
        | {"anyOf", "nullable", "propertyOrdering", "format", "pattern", "minLength", "maxLength", "minItems"}
        | {"maxItems", "minimum", "maximum", "minProperties", "maxProperties"},
        root_object=False, type_lists=False, strings_only=True, formats={"date-time"},
    ),
    "grammar": Rules(
        STRUCTURE | ANY_OF | LENGTHS | BOUNDS | {"additionalProperties", "const", "format", "pattern"},
        root_object=False, typed=False, formats={"date-time", "date", "time", "uuid"}, anchored=True,
        integer_bounds=True, one_text_rule=True, any_values=True, reference_siblings=True,
    ),
    "xgrammar": Rules(
        STRUCTURE | ANY_OF | BOUNDS | {"additionalProperties", "const", "format", "pattern", "prefixItems"}
        | {"minItems", "maxItems"},
        root_object=False, typed=False, formats=OPENAI_FORMATS, anchored=True, integer_bounds=True,
        one_text_rule=True, reference_siblings=True,
    ),
    "mistral": Rules(
        STRUCTURE | NUMBERS | {"anyOf", "additionalProperties", "const", "format", "pattern", "minLength"}
        | {"maxLength", "minItems", "maxItems", "uniqueItems"},
        typed=False,
    ),
    "xai": Rules(
        STRUCTURE | ANY_OF | NUMBERS | {"additionalProperties", "const", "format", "pattern", "minLength"}
        | {"maxLength", "minItems", "maxItems", "uniqueItems"},
        typed=False, recursion=False, formats=OPENAI_FORMATS,
    ),
}


def text_rules_in(schema: dict[str, Any]) -> int:
    return sum(1 for keywords in ({"pattern"}, {"format"}, {"minLength", "maxLength"}) if keywords & schema.keys())


@dataclass
class Check:
    rules: Rules
    root: dict[str, Any]
    properties: int = 0
    values: int = 0
    references: dict[str, set[str]] = field(default_factory=dict)

    def faults(self) -> Iterator[str]:
        if self.rules.root_object and self.root.get("type") != "object":
            yield "/: the root is no object"
        yield from self.visit(self.root, "", 1, "")
        for name, definition in self.root.get("$defs", {}).items():
            yield from self.visit(definition, f"/$defs/{name}", 1, name)
        if not self.rules.recursion and self.recurs():
            yield "/: recursion"
        if self.rules.max_properties and self.properties > self.rules.max_properties:
            yield f"/: {self.properties} properties"
        if self.rules.max_enum and self.values > self.rules.max_enum:
            yield f"/: {self.values} enum values"

    def visit(self, schema: Any, at: str, level: int, within: str) -> Iterator[str]:
        if not isinstance(schema, dict):
            if not (schema is False and at.endswith("/items") and "prefixItems" in self.rules.keywords):
                yield f"{at}: no object as schema"
            return
        for keyword in schema.keys() - self.rules.keywords:
            yield f"{at}: {keyword}"
        if self.rules.max_levels and level > self.rules.max_levels:
            yield f"{at}: {level} levels"
        yield from self.type_of(schema, at, within)
        yield from self.values_of(schema, at)
        yield from self.limits_of(schema, at)
        yield from self.parts_of(schema, at, level, within)

    def type_of(self, schema: dict[str, Any], at: str, within: str) -> Iterator[str]:
        if "$ref" in schema:
            yield from self.reference(schema, at, within)
        elif self.rules.typed and not schema.keys() & {"type", "anyOf", "enum", "const"}:
            yield f"{at}: no type"
        if isinstance(schema.get("type"), list) and not self.rules.type_lists:
            yield f"{at}: a list of types"
        if schema.get("type") == "array" and not schema.keys() & {"items", "enum", "const"}:
            yield f"{at}: a list without items"

    def parts_of(self, schema: dict[str, Any], at: str, level: int, within: str) -> Iterator[str]:
        if schema.get("type") == "object" or "properties" in schema:
            yield from self.object(schema, at, level, within)
        for index, branch in enumerate(schema.get("anyOf", [])):
            yield from self.visit(branch, f"{at}/anyOf/{index}", level, within)
        for index, element in enumerate(schema.get("prefixItems", [])):
            yield from self.visit(element, f"{at}/prefixItems/{index}", level + 1, within)
        if "items" in schema:
            yield from self.visit(schema["items"], f"{at}/items", level + 1, within)

    def reference(self, schema: dict[str, Any], at: str, within: str) -> Iterator[str]:
        name = schema["$ref"].removeprefix("#/$defs/")
        if name not in self.root.get("$defs", {}):
            yield f"{at}: {schema['$ref']} leads nowhere"
        beside = {keyword for keyword in schema if not keyword.startswith("$")}
        if beside - ({"description"} if self.rules.reference_siblings else set()):
            yield f"{at}: something beside $ref"
        self.references.setdefault(within, set()).add(name)

    def values_of(self, schema: dict[str, Any], at: str) -> Iterator[str]:
        values = schema.get("enum", [])
        self.values += len(values)
        if self.rules.strings_only and not all(isinstance(value, str) for value in values):
            yield f"{at}: an enum of other values than strings"
        deep = any(isinstance(value, dict | list) for value in [*values, schema.get("const")])
        if deep and not self.rules.any_values:
            yield f"{at}: an enum of objects or lists"

    def limits_of(self, schema: dict[str, Any], at: str) -> Iterator[str]:
        rules = self.rules
        if rules.formats is not None and "format" in schema and schema["format"] not in rules.formats:
            yield f"{at}: format {schema['format']}"
        if rules.min_items is not None and schema.get("minItems", 0) > rules.min_items:
            yield f"{at}: minItems {schema['minItems']}"
        if rules.max_branches and len(schema.get("anyOf", [])) > rules.max_branches:
            yield f"{at}: too many branches"
        if rules.integer_bounds and schema.keys() & BOUNDS and "number" in str(schema.get("type")):
            yield f"{at}: a bound of a number"
        yield from self.text_rules_of(schema, at)

    def text_rules_of(self, schema: dict[str, Any], at: str) -> Iterator[str]:
        rules = self.rules
        pattern = schema.get("pattern", "")
        if any(group in pattern for group in ("(?=", "(?!", "(?<")):
            yield f"{at}: look-around"
        if rules.unanchored and set(pattern) & set("^$"):
            yield f"{at}: an anchor"
        if rules.anchored and pattern and not (pattern.startswith("^") and pattern.endswith("$")):
            yield f"{at}: a pattern without both anchors"
        if rules.one_text_rule and text_rules_in(schema) > 1:
            yield f"{at}: pattern, format and lengths side by side"

    def object(self, schema: dict[str, Any], at: str, level: int, within: str) -> Iterator[str]:
        properties = schema.get("properties", {})
        self.properties += len(properties)
        required = schema.get("required", [])
        if self.rules.closed and schema.get("additionalProperties") is not False:
            yield f"{at}: an open object"
        if self.rules.all_required and set(required) != set(properties):
            yield f"{at}: a property is not required"
        if self.rules.one_required and not required:
            yield f"{at}: no property is required"
        if set(required) - set(properties):
            yield f"{at}: required, but no property"
        for name, property_schema in properties.items():
            yield from self.visit(property_schema, f"{at}/properties/{name}", level + 1, within)
        rest = schema.get("additionalProperties", False)
        if isinstance(rest, dict):
            yield from self.visit(rest, f"{at}/additionalProperties", level + 1, within)

    def recurs(self) -> bool:
        done: set[str] = set()
        while True:
            free = {
                name
                for name in self.root.get("$defs", {})
                if name not in done and self.references.get(name, set()) <= done
            }
            if not free:
                return len(done) != len(self.root.get("$defs", {}))
            done |= free


def faults(subset: str, lowered: dict[str, Any], size: int) -> list[str]:
    rules = RULES[subset]
    found = list(Check(rules, lowered).faults())
    if rules.max_bytes and size > rules.max_bytes:
        found.append(f"/: {size} bytes")
    return found
