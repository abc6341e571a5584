"""The daemon asks Anthropic's Messages API, which llmock plays, and its row is the built-in one."""

import json

import jsonschema
import pytest

from support.errors import expect_failure

pytest_plugins = ["support.llmock"]

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 18},
        "city": {"type": "string"},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}
REQUEST = {
    "model": "anthropic/claude-haiku-5-5",
    "schema": {"json_schema": json.dumps(PERSON), "name": "person"},
    "input": "Ann is 40.",
}
QUICK = {"initial_backoff_ms": 60, "backoff_jitter": 0.1}
ANN = {"name": "Ann", "age": 40}
WRONG = {"name": "Ann", "age": 4}


@pytest.fixture(scope="module")
def daemon(start_module_daemon, server):
    return start_module_daemon(
        {"providers": {"anthropic": {"base_url": server.base_url("anthropic")}}},
        environment_={"ANTHROPIC_API_KEY": "sk-ant-llmock"},
    )


@pytest.fixture
def client(daemon, connect):
    return connect(daemon.address)


def calls(*inputs: dict) -> dict:
    return {"type": "reply", "tool_calls": [{"name": "person", "arguments": values} for values in inputs]}


def says(value: dict | str) -> dict:
    return {"type": "reply", "text": value if isinstance(value, str) else json.dumps(value)}


def expect_ann(response) -> None:
    assert response.valid
    assert json.loads(response.json) == ANN


def test_tools_forces_one_strict_tool_with_the_lowered_schema(client, provider):
    provider.queue(calls(ANN))
    response = client.extract(**REQUEST | {"mode_name": "TOOLS"})
    assert response.valid
    jsonschema.validate(json.loads(response.json), PERSON)
    assert len(response.attempts) == 1
    assert response.usage.input_tokens > 0
    body = provider.requests()[0]["body"]
    assert body["tool_choice"] == {"type": "tool", "name": "person", "disable_parallel_tool_use": True}
    (tool,) = body["tools"]
    assert tool["strict"] is True
    assert "minimum: 18" in tool["input_schema"]["properties"]["age"]["description"]
    assert "minimum" not in tool["input_schema"]["properties"]["age"]
    assert body["max_tokens"] > 0
    assert body["messages"] == [{"role": "user", "content": "Ann is 40."}]


def test_the_version_and_the_key_stand_in_their_headers(client, provider):
    request = client.api.ExtractRequest(**REQUEST | {"mode_name": "TOOLS"})
    rendered = client.extraction.Render(client.api.RenderRequest(request=request), timeout=10)
    shown = {header.name: header.value for header in rendered.headers}
    assert shown["anthropic-version"] == "2026-10-21"
    assert shown["x-api-key"] == "[redacted]"
    assert "authorization" not in shown
    provider.queue(calls(ANN))
    client.extraction.Extract(request, timeout=30)
    assert provider.requests()[0]["body"] == json.loads(rendered.body)


def test_json_schema_is_the_first_mode_and_stands_in_output_config(client, provider):
    provider.queue(says(ANN))
    response = client.extract(**REQUEST)
    expect_ann(response)
    assert response.mode_name == "JSON_SCHEMA"
    body = provider.requests()[0]["body"]
    assert body["output_config"]["format"]["type"] == "json_schema"
    assert body["output_config"]["format"]["schema"]["required"] == ["name", "age"]
    assert "tools" not in body


@pytest.mark.parametrize("mode", ["JSON", "MD_JSON"])
def test_prompt_modes_put_the_schema_into_the_system_text(client, provider, mode):
    provider.queue(says(f"Here it is:\n```json\n{json.dumps(ANN)}\n```"))
    expect_ann(client.extract(**REQUEST | {"mode_name": mode}))
    body = provider.requests()[0]["body"]
    assert '"minimum":18' in body["system"]
    assert not body.keys() & {"tools", "output_config", "response_format"}


def test_a_wrong_call_is_sent_back_and_answered_first(client, provider):
    provider.queue(calls(WRONG, ANN), calls(ANN))
    response = client.extract(**REQUEST | {"mode_name": "TOOLS"})
    expect_ann(response)
    assert {issue.path for issue in response.attempts[0].issues} == {"/age"}
    user, model, correction = provider.requests()[1]["body"]["messages"]
    assert user["content"] == "Ann is 40."
    ids = [block["id"] for block in model["content"] if block["type"] == "tool_use"]
    assert [block["input"] for block in model["content"]] == [WRONG, ANN]
    assert [block["type"] for block in correction["content"]] == ["tool_result"] * 2
    assert [block["tool_use_id"] for block in correction["content"]] == ids
    assert all(block["is_error"] for block in correction["content"])
    assert "/age" in correction["content"][0]["content"]


def test_a_wrong_text_is_sent_back_with_its_issues(client, provider):
    provider.queue(says(WRONG), says(ANN))
    response = client.extract(**REQUEST | {"mode_name": "JSON_SCHEMA"})
    expect_ann(response)
    _, model, correction = provider.requests()[1]["body"]["messages"]
    assert model == {"role": "assistant", "content": [{"type": "text", "text": json.dumps(WRONG)}]}
    assert "/age" in correction["content"]


def test_what_the_model_does_not_take_is_left_out_with_a_warning(client, provider):
    provider.queue(calls(ANN))
    generation = {"temperature": 0.2, "top_p": 0.9, "seed": 7, "max_output_tokens": 500}
    response = client.extract(**REQUEST | {"mode_name": "TOOLS", "generation": generation})
    body = provider.requests()[0]["body"]
    assert body["max_tokens"] == 500
    assert not body.keys() & {"temperature", "top_p", "seed"}
    assert [warning.code for warning in response.warnings] == ["SETTING_NOT_SUPPORTED"] * 3


@pytest.mark.parametrize("status", [429, 500, 529])
def test_what_passes_is_waited_for(client, provider, status):
    provider.queue({"type": "fail", "status": status}, calls(ANN))
    response = client.extract(**REQUEST | {"mode_name": "TOOLS", "retry": QUICK})
    expect_ann(response)
    assert [attempt.http_status for attempt in response.attempts] == [status, 200]


@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, "PROVIDER_REJECTED_REQUEST"), (401, "PROVIDER_AUTH"), (403, "PROVIDER_AUTH"), (413, "CONTEXT_TOO_LONG")],
)
def test_what_no_retry_can_fix_is_sent_once(client, provider, status, reason):
    provider.queue({"type": "fail", "status": status, "times": None})
    assert expect_failure(client, **REQUEST).reason == reason
    assert len(provider.requests()) == 1


def test_options_of_the_caller_reach_the_body(client, provider):
    provider.queue(calls(ANN))
    options = {"cache_control": {"type": "ephemeral"}, "service_tier": "standard_only"}
    client.extract(
        **REQUEST | {"mode_name": "TOOLS", "generation": {"provider_options_json": json.dumps(options)}}
    )
    assert provider.requests()[0]["body"].items() >= options.items()
