"""The Gemini protocol against llmock, a provider that others wrote: it answers by the schema and fails on demand."""

import json
import re
import urllib.request

import jsonschema
import pydantic
import pytest
from google.genai import types
from llmock.testing import LLMockServer

from support import environment
from support.errors import expect_failure
from support.upstream import Received, Reply, Upstream, json_reply

pytest_plugins = ["support.llmock"]

BOOKING = {
    "type": "object",
    "properties": {
        "guest": {"type": "string"},
        "nights": {"type": "integer", "minimum": 1, "maximum": 30},
        "room": {"enum": ["single", "double"]},
        "extras": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
    },
    "required": ["guest", "nights", "room"],
}
RIGHT = {"guest": "Ann", "nights": 2, "room": "single"}
REQUEST = {
    "model": "google/gemini-3.8-flash",
    "schema": {"json_schema": json.dumps(BOOKING)},
    "input": "Ann stays two nights in a single room.",
}
QUICK = {"initial_backoff_ms": 60, "backoff_jitter": 0.1}
MODES = pytest.mark.parametrize("mode", ["TOOLS", "JSON_SCHEMA"])


class Provider:
    """llmock over its own HTTP endpoints."""

    def __init__(self, server: LLMockServer):
        self.server = server

    def _call(self, method: str, path: str, body: dict | None = None) -> dict:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.server.url}/_llmock{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)

    def reset(self) -> None:
        self._call("POST", "/reset", {})

    def queue(self, *behaviors: dict) -> None:
        self._call("POST", "/scenario", {"behaviors": list(behaviors)})

    def requests(self) -> list[dict]:
        return self._call("GET", "/requests")["requests"]

    def verdict(self) -> dict:
        return self._call("GET", "/verdict")


MEMBERS = {
    "systemInstruction": types.Content,
    "contents": list[types.Content],
    "tools": list[types.Tool],
    "toolConfig": types.ToolConfig,
    "generationConfig": types.GenerationConfig,
    "safetySettings": list[types.SafetySetting],
    "cachedContent": str,
}


def expect_documented(body: dict) -> None:
    """The types of Google's own client know every member, at every depth."""
    assert set(body) <= set(MEMBERS)
    for name, value in body.items():
        pydantic.TypeAdapter(MEMBERS[name]).validate_python(value)


@pytest.fixture
def provider(provider):
    """Every request of a test was one that the API documents."""
    yield provider
    for request in provider.requests():
        expect_documented(request["body"])


@pytest.fixture(scope="module")
def daemon(start_module_daemon, server):
    """The host is replaced as by Google's own clients."""
    return start_module_daemon(
        {}, environment_={"GOOGLE_GEMINI_BASE_URL": server.base_url("gemini"), "GEMINI_API_KEY": "AIza-llmock"}
    )


@pytest.fixture
def client(daemon, connect):
    return connect(daemon.address)


def expect_booking(response) -> None:
    assert response.valid
    jsonschema.validate(json.loads(response.json), BOOKING)


@MODES
def test_the_first_answer_is_valid(client, provider, mode):
    response = client.extract(**REQUEST | {"mode_name": mode})
    expect_booking(response)
    assert response.mode_name == mode
    assert len(response.attempts) == 1
    assert response.usage.input_tokens > 0
    assert response.usage.output_tokens > 0
    assert provider.requests()[0]["path"] == "/gemini/v1beta/models/gemini-3.8-flash:generateContent"


def test_its_other_names_mean_the_same(client, provider):
    for name in ["gemini", "genai"]:
        response = client.extract(**REQUEST | {"model": f"{name}/gemini-3.8-flash"})
        expect_booking(response)
        assert response.provider == "google"


def test_tools_allows_one_function_that_has_the_schema(client, provider):
    client.extract(**REQUEST | {"mode_name": "TOOLS"})
    body = provider.requests()[0]["body"]
    (function,) = body["tools"][0]["functionDeclarations"]
    assert function["parametersJsonSchema"]["required"] == BOOKING["required"]
    assert body["toolConfig"]["functionCallingConfig"] == {"mode": "ANY", "allowedFunctionNames": [function["name"]]}


def test_json_schema_carries_the_schema_in_the_generation_config(client, provider):
    client.extract(**REQUEST | {"mode_name": "JSON_SCHEMA"})
    config = provider.requests()[0]["body"]["generationConfig"]
    assert config["responseMimeType"] == "application/json"
    assert set(config["responseJsonSchema"]["properties"]) == set(BOOKING["properties"])


def test_a_wrong_call_is_echoed_and_answered_with_its_issues(client, provider):
    wrong = {"guest": "Ann", "nights": 99, "room": "suite"}
    provider.queue(
        {"type": "reply", "tool_calls": [{"name": "answer", "arguments": wrong}]},
        {"type": "reply", "tool_calls": [{"name": "answer", "arguments": RIGHT}]},
    )
    response = client.extract(**REQUEST | {"mode_name": "TOOLS"})
    assert json.loads(response.json) == RIGHT
    assert {issue.path for issue in response.attempts[0].issues} == {"/nights", "/room"}
    contents = provider.requests()[1]["body"]["contents"]
    assert [content["role"] for content in contents] == ["user", "model", "user"]
    assert contents[1]["parts"] == [{"functionCall": {"name": "answer", "args": wrong}}]
    (answer,) = contents[2]["parts"]
    assert answer["functionResponse"]["name"] == "answer"
    assert "/room" in answer["functionResponse"]["response"]["error"]


def test_a_wrong_text_is_echoed_and_corrected(client, provider):
    provider.queue({"type": "reply", "text": '{"guest": "Ann"}'}, {"type": "reply", "text": json.dumps(RIGHT)})
    response = client.extract(**REQUEST | {"mode_name": "JSON_SCHEMA"})
    assert json.loads(response.json) == RIGHT
    contents = provider.requests()[1]["body"]["contents"]
    assert [content["role"] for content in contents] == ["user", "model", "user"]
    assert contents[1]["parts"] == [{"text": '{"guest": "Ann"}'}]


@MODES
def test_what_is_lost_is_sent_again(client, provider, mode):
    provider.queue({"type": "fail", "status": 503}, {"type": "fail", "status": 429, "retry_after": 0.1})
    response = client.extract(**REQUEST | {"mode_name": mode, "retry": QUICK})
    expect_booking(response)
    assert [attempt.http_status for attempt in response.attempts] == [503, 429, 200]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "PROVIDER_REJECTED_REQUEST"),
        (401, "PROVIDER_AUTH"),
        (402, "PROVIDER_RATE_LIMITED"),
        (403, "PROVIDER_AUTH"),
    ],
)
def test_what_no_retry_can_fix_is_sent_once(client, provider, status, reason):
    provider.queue({"type": "fail", "status": status, "times": None})
    assert expect_failure(client, **REQUEST).reason == reason
    assert len(provider.requests()) == 1


def contains(whole: object, part: object) -> bool:
    """Objects may have more members, lists more elements."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and contains(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(contains(one, wanted) for one in whole) for wanted in part)
    return whole == part


PAGE = (environment.ROOT / "docs" / "providers" / "google.md").read_text()
EXAMPLES = re.findall(r"^```json\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("options", EXAMPLES)
def test_each_example_of_the_page_reaches_the_provider(client, provider, options):
    generation = {"provider_options_json": options}
    response = client.extract(**REQUEST | {"mode_name": "JSON_SCHEMA", "generation": generation})
    expect_booking(response)
    assert contains(provider.requests()[0]["body"], json.loads(options))


def test_a_search_stands_beside_the_function(client, provider):
    options = json.dumps({"tools": [{"googleSearch": {}}], "toolConfig": {"includeServerSideToolInvocations": True}})
    response = client.extract(**REQUEST | {"mode_name": "TOOLS", "generation": {"provider_options_json": options}})
    expect_booking(response)
    body = provider.requests()[0]["body"]
    assert [list(tool) for tool in body["tools"]] == [["functionDeclarations"], ["googleSearch"]]
    assert body["toolConfig"]["functionCallingConfig"]["mode"] == "ANY"


def test_a_cached_content_beside_tools_is_refused_before_it_is_sent(client, server):
    provider = Provider(server)
    provider.reset()
    options = '{"cachedContent": "cachedContents/abc123"}'
    failure = expect_failure(
        client, **REQUEST | {"mode_name": "TOOLS", "generation": {"provider_options_json": options}}
    )
    assert failure.code.name == "INVALID_ARGUMENT"
    assert "JSON_SCHEMA" in failure.message
    assert provider.requests() == []


def test_a_missing_key_names_both_variables(start_daemon, connect, server):
    daemon = start_daemon({}, environment_={"GOOGLE_GEMINI_BASE_URL": server.base_url("gemini")})
    failure = expect_failure(connect(daemon.address), **REQUEST)
    assert failure.reason == "CREDENTIALS_MISSING"
    assert "GOOGLE_API_KEY or GEMINI_API_KEY" in failure.message


@pytest.fixture
def cloud():
    """Stands for Google Cloud: exchanges the credentials of a file, and answers as Gemini or as Claude."""

    def answer(received: Received) -> Reply:
        if received.path == "/token":
            return json_reply({"access_token": "ya29.test", "expires_in": 3599, "token_type": "Bearer"})
        if "anthropic" in received.path:
            content = [{"type": "tool_use", "id": "t1", "name": "answer", "input": RIGHT}]
            usage = {"input_tokens": 5, "output_tokens": 6}
            message = {"type": "message", "role": "assistant", "content": content, "stop_reason": "tool_use"}
            return json_reply(message | {"usage": usage})
        parts = [{"functionCall": {"name": "answer", "args": RIGHT}}]
        return json_reply({"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}]})

    server = Upstream(answer)
    yield server
    server.close()


@pytest.fixture
def on_cloud(cloud, start_daemon, connect, tmp_path):
    """Makes a client of a daemon whose Vertex AI is `cloud`."""
    credentials = {
        "type": "authorized_user",
        "client_id": "id",
        "client_secret": "secret",
        "refresh_token": "refresh",
        "token_uri": f"{cloud.url}/token",
    }
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps(credentials))

    def client(provider: str):
        address = cloud.url + "/v1/projects/${GOOGLE_CLOUD_PROJECT}/locations/global"
        daemon = start_daemon(
            {"providers": {provider: {"base_url": address}}},
            environment_={"GOOGLE_CLOUD_PROJECT": "acme", "GOOGLE_APPLICATION_CREDENTIALS": str(file)},
        )
        return connect(daemon.address)

    return client


def test_vertex_ai_is_asked_with_a_token_of_google_cloud(on_cloud, cloud):
    client = on_cloud("vertexai")
    for _ in range(2):
        response = client.extract(**REQUEST | {"model": "vertexai/gemini-3.8-flash", "mode_name": "TOOLS"})
        assert json.loads(response.json) == RIGHT
    model = "/v1/projects/acme/locations/global/publishers/google/models/gemini-3.8-flash:generateContent"
    assert [request.path for request in cloud.requests] == ["/token", model, model]
    assert cloud.requests[1].headers["authorization"] == "Bearer ya29.test"


def test_claude_on_vertex_ai_is_named_by_the_path_alone(on_cloud, cloud):
    client = on_cloud("vertexai-anthropic")
    response = client.extract(**REQUEST | {"model": "vertexai-anthropic/claude-haiku-5-5", "mode_name": "TOOLS"})
    assert json.loads(response.json) == RIGHT
    _, request = cloud.requests
    model = "/v1/projects/acme/locations/global/publishers/anthropic/models/claude-haiku-5-5:rawPredict"
    assert request.path == model
    assert request.headers["authorization"] == "Bearer ya29.test"
    assert "anthropic-version" not in request.headers
    assert request.body["anthropic_version"] == "2026-10-21"
    assert "model" not in request.body
