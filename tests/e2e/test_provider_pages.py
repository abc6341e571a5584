"""What the pages of the providers show works: the options of their examples reach the provider, beside ours."""

import json
import re

import pytest
from support import environment, protocols
from support.providers import NAMES, token

pytest_plugins = ["support.every_provider"]

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
ADA = '{"name":"Ada","age":36}'
PAGES = environment.ROOT / "docs" / "providers"
EXAMPLE_RE = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(provider: str) -> list[dict]:
    return [json.loads(text) for text in EXAMPLE_RE.findall((PAGES / f"{provider}.md").read_text())]


def holds(body: object, option: object) -> bool:
    """Whether the option is in the body: members of objects, and elements of lists of objects."""
    if isinstance(option, dict):
        return isinstance(body, dict) and all(holds(body.get(name), value) for name, value in option.items())
    if isinstance(option, list) and option and isinstance(option[0], dict):
        return isinstance(body, list) and all(any(holds(element, part) for element in body) for part in option)
    return body == option


def answer(received: protocols.Received) -> protocols.Reply:
    if received.path == "/token":
        return token(received)
    body = received.body
    called = "tools" in body and "googleSearch" not in json.dumps(body["tools"])
    asked_with_tool = called or "toolConfig" in body
    turn = protocols.calls(ADA) if asked_with_tool else protocols.says(ADA)
    return protocols.write(turn, received)


def test_every_page_has_an_example():
    without = [name for name in NAMES if not examples(name)]
    assert not without, f"no options in json: {without}"
    silent = [name for name in NAMES if "provider_options_json" not in (PAGES / f"{name}.md").read_text()]
    assert not silent, f"they do not say where options go: {silent}"


def test_every_page_says_what_is_taken_besides_text():
    silent = [name for name in NAMES if "edia" not in (PAGES / f"{name}.md").read_text()]
    assert not silent


@pytest.mark.parametrize("provider", NAMES)
def test_the_examples_of_a_page_reach_the_provider(everyone, upstream, provider):
    upstream.answer = answer
    rows = everyone.catalog.ListProviders(everyone.api.ListProvidersRequest()).providers
    model = next(row for row in rows if row.name == provider).default_model or "a-model"
    for options in examples(provider):
        upstream.requests.clear()
        response = everyone.extract(
            model=f"{provider}/{model}",
            schema={"json_schema": json.dumps(PERSON)},
            input="Ada is 36.",
            generation={"provider_options_json": json.dumps(options)},
        )
        assert json.loads(response.json) == json.loads(ADA)
        (received,) = [request for request in upstream.requests if request.path != "/token"]
        assert holds(received.body, options), f"{options} is not in {received.body}"
