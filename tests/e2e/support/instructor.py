"""The cases in which others recorded what Instructor sends, a library that many use for the same job: what it was
asked for, as we are asked for it, and what the model answers."""

import dataclasses
import json

from support.protocols import Turn, calls, says

USER = {
    "description": "A user.",
    "properties": {
        "name": {"description": "full name", "title": "Name", "type": "string"},
        "age": {"maximum": 150, "minimum": 0, "title": "Age", "type": "integer"},
        "nick": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Nick"},
    },
    "required": ["name", "age"],
    "title": "User",
    "type": "object",
}
WEATHER = {
    "properties": {"city": {"title": "City", "type": "string"}},
    "required": ["city"],
    "title": "Weather",
    "type": "object",
}
EITHER = {"anyOf": [{"$ref": "#/$defs/User"}, {"$ref": "#/$defs/Weather"}], "$defs": {"User": USER, "Weather": WEATHER}}
WRONG, RIGHT = '{"name":"Ann","age":"x"}', '{"name":"Ann","age":3}'
FENCED = "```json\n{}\n```"
PARALLEL = [
    {"name": "User", "description": "A user.", "schema": {"json_schema": json.dumps(USER)}},
    {
        "name": "Weather",
        "description": "Correctly extracted `Weather` with all the required parameters with correct types",
        "schema": {"json_schema": json.dumps(WEATHER)},
    },
]


@dataclasses.dataclass(frozen=True)
class Case:
    provider: str
    mode: str
    turns: tuple[Turn, ...]  # the model's
    outcome: str = RIGHT  # ours: the value, the items of a list, or the reason of a failure
    schema: dict | None = dataclasses.field(default_factory=lambda: USER)
    name: str = "User"
    fields: dict = dataclasses.field(default_factory=dict)

    def request(self) -> dict:
        request = {
            "model": f"{self.provider}/m",
            "system_prompt": "Sys.",
            "input": "Ann is 3",
            "mode_name": self.mode,
            "retry": {"initial_backoff_ms": 5, "max_transport_retries": 0, "max_reasks": 2},
        }
        if self.schema:
            described = {"json_schema": json.dumps(self.schema), "name": self.name}
            request["schema"] = described | ({"description": "A user."} if self.schema is USER else {})
        return request | self.fields


def _call(*arguments: str, **more: str) -> Turn:
    return calls(*arguments, name="User", **more)


def _tools(*turns: Turn, **more: object) -> Case:
    return Case("openai", "TOOLS", turns, **more)


LIMIT = {"generation": {"max_output_tokens": 100}}
TWICE = (_call(WRONG), _call(RIGHT))
SAID_TWICE = (says(WRONG), says(RIGHT))


def _anthropic(mode: str, *turns: Turn, **more: object) -> Case:
    return Case("anthropic", mode, turns, **{"fields": LIMIT} | more)


CASES = {
    "openai_tools": _tools(*TWICE),
    "openai_usage_total": _tools(*TWICE),
    "openai_exhausted": _tools(_call(WRONG), outcome="OUTPUT_INVALID"),
    "openai_tools_str_age": _tools(_call('{"name":"Ann","age":"3"}')),
    "openai_tools_trailing_comma": _tools(_call('{"name":"Ann","age":3,}')),
    "openai_tools_two_calls": _tools(_call(WRONG, RIGHT), _call(RIGHT)),
    "openai_tools_notool": _tools(says("hi"), _call(RIGHT)),
    "openai_tools_length": _tools(_call('{"name":"A', finish="length"), outcome="OUTPUT_TRUNCATED"),
    "openai_tools_strict_legacy": _tools(_call(RIGHT)),
    "openai_content_filter": _tools(says("", finish="filter"), outcome="PROVIDER_REFUSED"),
    "openai_refusal": _tools(Turn(refusal="no"), outcome="PROVIDER_REFUSED"),
    "openai_429": _tools(Turn(status=429), outcome="PROVIDER_RATE_LIMITED"),
    "openai_500": _tools(Turn(status=500), outcome="PROVIDER_UNAVAILABLE"),
    "openai_int": _tools(
        calls('{"value":3}', name="Response"), schema={"type": "integer"}, name="Response", outcome="3"
    ),
    "openai_list": _tools(
        calls('{"items":[{"name":"Ann","age":3}]}', name="User"),
        fields={"output_kind": "OUTPUT_KIND_ITERABLE"},
        outcome=f"[{RIGHT}]",
    ),
    "openai_tools_iterable_union_bad": _tools(
        calls('{"items":[{"nothing":1}]}', name="UserOrWeather"),
        schema=EITHER,
        name="UserOrWeather",
        fields={"output_kind": "OUTPUT_KIND_ITERABLE"},
        outcome="OUTPUT_INVALID",
    ),
    "openai_parallel": Case(
        "openai", "PARALLEL_TOOLS", TWICE, f"[{RIGHT}]", None, fields={"tools": PARALLEL}
    ),
    "openai_parallel_unknown": Case(
        "openai",
        "PARALLEL_TOOLS",
        (calls("{}", name="Unknown"),),
        "OUTPUT_INVALID",
        None,
        fields={"tools": PARALLEL},
    ),
    "openai_json": Case("openai", "JSON", SAID_TWICE),
    "openai_json_fenced": Case("openai", "JSON", (says(FENCED.replace("{}", RIGHT)),)),
    "openai_json_prose": Case("openai", "JSON", (says(f"Here: {RIGHT}"),)),
    "openai_json_schema": Case("openai", "JSON_SCHEMA", SAID_TWICE),
    "openai_md_json": Case("openai", "MD_JSON", tuple(says(FENCED.replace("{}", text)) for text in (WRONG, RIGHT))),
    "openai_md_trailing_example": Case(
        "openai", "MD_JSON", (says(f'{RIGHT}\nNote: schema example {{"a":1}}'), says(RIGHT))
    ),
    "openai_md_two_objs": Case("openai", "MD_JSON", (says(f'{{"a":1}}\n{RIGHT}'), says(RIGHT))),
    "openai_responses": Case("openai", "RESPONSES_TOOLS", TWICE),
    "anthropic_tools": _anthropic("TOOLS", _call(WRONG, ids="tu"), _call(RIGHT, ids="tu")),
    "anthropic_tools_two": _anthropic("TOOLS", _call(RIGHT, RIGHT), _call(RIGHT)),
    "anthropic_tools_thinking": _anthropic(
        "TOOLS",
        says("no"),
        _call(RIGHT),
        fields={"generation": {"max_output_tokens": 100, "thinking_budget_tokens": 1024}},
    ),
    "anthropic_max_tokens": _anthropic("TOOLS", _call('{"name":"A"}', finish="length"), outcome="OUTPUT_TRUNCATED"),
    "anthropic_parallel": _anthropic(
        "PARALLEL_TOOLS", *TWICE, schema=None, fields=LIMIT | {"tools": PARALLEL}, outcome=f"[{RIGHT}]"
    ),
    "anthropic_json": _anthropic("JSON", *SAID_TWICE),
    "anthropic_json_schema": _anthropic("JSON_SCHEMA", *SAID_TWICE),
    "cohere_tools": Case("cohere", "TOOLS", TWICE),
    "cohere_json_schema": Case("cohere", "JSON_SCHEMA", SAID_TWICE),
    "cohere_md_json": Case("cohere", "MD_JSON", SAID_TWICE),
    "genai_tools": Case("google", "TOOLS", TWICE),
    "genai_json": Case("google", "JSON_SCHEMA", SAID_TWICE),
    "genai_json_maxtokens": Case("google", "JSON_SCHEMA", (says('{"name":"A', finish="length"),), "OUTPUT_TRUNCATED"),
    "genai_assistant_role": Case(
        "google",
        "TOOLS",
        (_call(RIGHT),),
        fields={
            "input": "",
            "messages": [
                {"role": "ROLE_USER", "parts": [{"text": "Ann is 3"}]},
                {"role": "ROLE_ASSISTANT", "parts": [{"text": "Sure."}]},
                {"role": "ROLE_USER", "parts": [{"text": "Go on."}]},
            ],
        },
    ),
    "mistral_tools": Case("mistral", "TOOLS", TWICE),
    "mistral_json_schema": Case("mistral", "JSON_SCHEMA", SAID_TWICE),
}
