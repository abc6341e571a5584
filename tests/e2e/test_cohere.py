"""Against llmock's Cohere API, which others wrote: it answers by the schema and judges its client."""

import json

import jsonschema
import pytest

from support.errors import expect_failure

pytest_plugins = ["support.llmock"]

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
    },
    "required": ["name", "age", "tags"],
    "additionalProperties": False,
}
REQUEST = {"model": "cohere/command-a-03-2025", "schema": {"json_schema": json.dumps(PERSON)}, "input": "Ada is 36."}
QUICK = {"initial_backoff_ms": 60, "backoff_jitter": 0.1}
ADA = {"name": "Ada", "age": 36, "tags": ["a"]}
MODES = pytest.mark.parametrize("mode", ["TOOLS", "JSON_SCHEMA"])


@pytest.fixture(scope="module")
def daemon(start_module_daemon, server):
    return start_module_daemon(
        {}, environment_={"CO_API_URL": f"{server.url}/cohere", "COHERE_API_KEY": "co-llmock"}
    )


@pytest.fixture
def client(daemon, connect):
    return connect(daemon.address)


def expect_person(response) -> None:
    assert response.valid
    jsonschema.validate(json.loads(response.json), PERSON)


def says(text: str) -> dict:
    return {"type": "reply", "text": text}


def calls(*arguments: dict) -> dict:
    return {"type": "reply", "tool_calls": [{"name": "answer", "arguments": each} for each in arguments]}


def test_the_schema_of_a_tool_is_answered(client, provider):
    response = client.extract(**REQUEST | {"mode_name": "TOOLS"})
    expect_person(response)
    assert len(response.attempts) == 1
    assert response.usage.input_tokens > 0
    assert response.usage.output_tokens > 0
    body = provider.requests()[0]["body"]
    assert body["tool_choice"] == "REQUIRED"
    assert len(body["tools"]) == 1
    assert "strict" not in json.dumps(body)


def test_the_schema_stands_in_the_response_format_without_what_cohere_does_not_take(client, provider):
    provider.queue(says(json.dumps(ADA)))
    response = client.extract(**REQUEST | {"mode_name": "JSON_SCHEMA"})
    expect_person(response)
    format_ = provider.requests()[0]["body"]["response_format"]
    assert format_["type"] == "json_object"
    assert format_["json_schema"]["required"] == ["name", "age", "tags"]
    assert "minimum" not in format_["json_schema"]["properties"]["age"]
    assert {downgrade.keyword for downgrade in response.downgrades} >= {"minimum", "maximum", "minLength"}


@MODES
def test_a_rate_limit_is_waited_for(client, provider, mode):
    good = calls(ADA) if mode == "TOOLS" else says(json.dumps(ADA))
    provider.queue({"type": "fail", "status": 429, "retry_after": 0.5}, good)
    response = client.extract(**REQUEST | {"mode_name": mode})
    expect_person(response)
    assert [attempt.http_status for attempt in response.attempts] == [429, 200]
    assert response.attempts[1].backoff_ms >= 500


@MODES
def test_server_errors_are_sent_again(client, provider, mode):
    good = calls(ADA) if mode == "TOOLS" else says(json.dumps(ADA))
    provider.queue({"type": "fail", "status": 500}, {"type": "fail", "status": 503}, good)
    response = client.extract(**REQUEST | {"mode_name": mode, "retry": QUICK})
    expect_person(response)
    assert [attempt.http_status for attempt in response.attempts] == [500, 503, 200]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 400}, "PROVIDER_REJECTED_REQUEST"),
        ({"status": 400, "message": "too many tokens: the limit is 10"}, "CONTEXT_TOO_LONG"),
        ({"status": 401}, "PROVIDER_AUTH"),
        ({"status": 403}, "PROVIDER_AUTH"),
        ({"status": 404, "message": "model 'x' was removed"}, "UNKNOWN_MODEL"),
        ({"status": 422}, "PROVIDER_REJECTED_REQUEST"),
    ],
)
def test_what_no_retry_can_fix_is_sent_once(client, provider, fault, reason):
    provider.queue({"type": "fail", "times": None} | fault)
    assert expect_failure(client, **REQUEST).reason == reason
    assert len(provider.requests()) == 1


def test_every_call_of_a_wrong_answer_is_answered_in_the_correction(client, provider):
    provider.queue(calls({"name": "", "age": 200, "tags": ["c"]}, ADA), calls(ADA))
    response = client.extract(**REQUEST | {"mode_name": "TOOLS"})
    expect_person(response)
    assert {issue.path for issue in response.attempts[0].issues} >= {"/name", "/age", "/tags/0"}
    asked = provider.requests()[1]["body"]["messages"]
    called = [call["id"] for call in asked[-3]["tool_calls"]]
    assert len(called) == 2
    assert [message["tool_call_id"] for message in asked[-2:]] == called
    assert [message["role"] for message in asked] == ["user", "assistant", "tool", "tool"]
    assert "/tags/0" in asked[-2]["content"]


def test_a_wrong_text_is_asked_for_again_by_the_user(client, provider):
    provider.queue(says(json.dumps(ADA | {"age": -1})), says(json.dumps(ADA)))
    response = client.extract(**REQUEST | {"mode_name": "JSON_SCHEMA"})
    expect_person(response)
    asked = provider.requests()[1]["body"]["messages"]
    assert [message["role"] for message in asked] == ["user", "assistant", "user"]
    assert "/age" in asked[-1]["content"]


def test_options_that_have_no_field_reach_the_provider(client, provider):
    """The example of docs/providers/cohere.md."""
    options = {"safety_mode": "CONTEXTUAL", "citation_options": {"mode": "FAST"}, "k": 50, "frequency_penalty": 0.1}
    client.extract(**REQUEST | {"mode_name": "TOOLS", "generation": {"provider_options_json": json.dumps(options)}})
    body = provider.requests()[0]["body"]
    assert {name: body[name] for name in options} == options
