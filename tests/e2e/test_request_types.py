"""The requests of every provider and mode, first turn and re-ask, are of the types that the providers' own
packages declare. A provider that speaks OpenAI's protocol is held to OpenAI's types, but for what its own
documentation adds to them.
"""

import collections
import json

import pytest
from support import environment, sdk_types

GOLDEN = environment.ROOT / "tests" / "unit" / "providers" / "golden"
GOOGLES = ("google", "vertexai")
ANTHROPICS = ("anthropic", "vertexai-anthropic")
# Its protocol is of its own, and nobody's package named here has it.
WITHOUT_TYPES = ("ollama",)

# Members beyond OpenAI's, of bodies and of messages. docs/providers/<name>.md has their source.
ADDED = {
    "deepseek": {"thinking", "reasoning_content"},
    "fireworks": {"context_length_exceeded_behavior"},
    "groq": {"include_reasoning"},
    "openrouter": {"provider", "reasoning", "reasoning_details"},
    "perplexity": {"disable_search"},
    "zai": {"reasoning_content"},
}
NAMELESS_SCHEMAS = ("perplexity", "writer")  # json_schema has a schema alone
ANY_TOOL = ("fireworks",)  # its word for "required"


def requests() -> list[tuple[str, str, str, str, dict]]:
    found = []
    for file in sorted(GOLDEN.glob("*.json")):
        for mode, turns in json.loads(file.read_text()).items():
            found += [(file.stem, mode, turn, request["path"], request["body"]) for turn, request in turns.items()]
    return found


def in_openais_words(provider: str, body: dict, used: collections.Counter) -> dict:
    """The body with what the provider says otherwise said as OpenAI says it."""
    added = ADDED.get(provider, set())

    def strip(part: dict) -> dict:
        used.update(f"{provider}: {member}" for member in part.keys() & added)
        return {name: value for name, value in part.items() if name not in added}

    body = strip(body)
    if "messages" in body:
        body["messages"] = [strip(message) for message in body["messages"]]
    if provider in ANY_TOOL and body.get("tool_choice") == "any":
        body["tool_choice"] = "required"
        used[f"{provider}: any"] += 1
    schema = body.get("response_format", {}).get("json_schema")
    if provider in NAMELESS_SCHEMAS and schema:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer"} | schema}
        used[f"{provider}: nameless"] += 1
    return body


def problems_of(provider: str, path: str, body: dict, used: collections.Counter) -> object:
    if provider in GOOGLES:
        return sdk_types.gemini_problems(body)
    if provider in ANTHROPICS:
        # Vertex AI has the model in the path and the version in the body.
        rest = {name: value for name, value in body.items() if name != "anthropic_version"}
        return sdk_types.problems_as(sdk_types.ANTHROPIC, {"model": "m"} | rest)
    if provider == "bedrock":
        return sdk_types.converse_problems(path, body)
    if provider == "cohere":
        return sdk_types.cohere_problems(body)
    if provider == "mistral":
        return sdk_types.problems_as(sdk_types.MISTRAL, body)
    kind = sdk_types.OPENAI_RESPONSES if path.endswith("/responses") else sdk_types.OPENAI_CHAT
    return sdk_types.problems_as(kind, in_openais_words(provider, body, used))


def test_every_golden_request_is_of_its_types():
    checked, used = collections.Counter(), collections.Counter()
    problems = {}
    for provider, mode, turn, path, body in requests():
        if provider in WITHOUT_TYPES:
            continue
        if found := problems_of(provider, path, body, used):
            problems[f"{provider} {mode} {turn}"] = found[:9]
        checked[provider] += 1
    print(f"{checked.total()} requests of {len(checked)} providers: {dict(checked)}")
    print(f"said otherwise than by OpenAI: {dict(used)}")
    assert not problems, json.dumps(problems, indent=1)
    assert checked.total() > 200
    added = {f"{provider}: {member}" for provider, members in ADDED.items() for member in members}
    others = {f"{name}: any" for name in ANY_TOOL} | {f"{name}: nameless" for name in NAMELESS_SCHEMAS}
    assert set(used) == added | others, "what no request needs is struck off"


GEMINI_PATH = "/models/gemini-3.8-flash:generateContent"
CONVERSE_PATH = "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse"


@pytest.mark.parametrize(
    ("provider", "path", "spoil"),
    [
        ("openai", "/chat/completions", {"max_token": 1}),
        ("openai", "/chat/completions", {"messages": [{"role": "user", "contents": "x"}]}),
        ("openai", "/responses", {"tool_choice": {"type": "function", "function": {"name": "x"}}}),
        ("anthropic", "/v1/messages", {"tool_choice": {"type": "required"}}),
        ("google", GEMINI_PATH, {"generationConfig": {"maxTokens": 1}}),
        ("cohere", "/v2/chat", {"response_format": {"type": "json_schema"}}),
        ("cohere", "/v2/chat", {"messages": [{"role": "user", "content": "x", "name": "y"}]}),
        ("mistral", "/chat/completions", {"seed": 1}),
        ("bedrock", CONVERSE_PATH, {"toolConfig": {"tools": [{"name": "x"}]}}),
    ],
)
def test_what_is_spoilt_is_seen(provider, path, spoil):
    body = next(body for name, _, _, at, body in requests() if (name, at) == (provider, path))
    assert not problems_of(provider, path, body, collections.Counter())
    assert problems_of(provider, path, body | spoil, collections.Counter())
