"""Against aimock, a provider that others wrote: it speaks each protocol and answers by fixtures."""

import json

import pytest
from support.aimock import AiMock
from support.errors import expect_failure

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
RIGHT = {"name": "Ann", "age": 40}
WRONG = {"name": "Ann", "age": -40}
QUICK = {"initial_backoff_ms": 20, "backoff_jitter": 0.1}

# Provider, and what tells the daemon where it is.
PROVIDERS = {
    "openai": {"OPENAI_BASE_URL": "{url}/v1", "OPENAI_API_KEY": "sk-aimock"},
    "anthropic": {"ANTHROPIC_BASE_URL": "{url}", "ANTHROPIC_API_KEY": "sk-ant-aimock"},
    "google": {"GOOGLE_GEMINI_BASE_URL": "{url}", "GOOGLE_API_KEY": "AIza-aimock"},
    "ollama": {"OLLAMA_HOST": "{url}"},
    "cohere": {"CO_API_URL": "{url}", "CO_API_KEY": "co-aimock"},
    "bedrock": {
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "{url}",
        "AWS_REGION": "eu-central-1",
        "AWS_BEARER_TOKEN_BEDROCK": "bedrock-api-key-aimock",
    },
}
# Where each protocol ends, by whole answers and by streams.
PATHS = {
    "openai": ("/v1/chat/completions", "/v1/chat/completions"),
    "openai responses": ("/v1/responses", "/v1/responses"),
    "anthropic": ("/v1/messages", "/v1/messages"),
    "google": (":generateContent", ":streamGenerateContent"),
    "ollama": ("/api/chat", "/api/chat"),
    "cohere": ("/v2/chat", "/v2/chat"),
    "bedrock": ("/converse", "/converse-stream"),
}
CELLS = [(name, mode) for name in PROVIDERS for mode in ("TOOLS", "JSON_SCHEMA", "MD_JSON")]
CELLS.append(("openai", "RESPONSES_TOOLS"))
cells = pytest.mark.parametrize(("name", "mode"), CELLS)


USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def answers(value: dict, **match: object) -> list[dict]:
    """By a call where there is the tool, else in words."""
    call = {"toolCalls": [{"name": "answer", "arguments": value}]}
    return [
        {"match": match | {"toolName": "answer"}, "response": call | {"usage": USAGE}},
        {"match": match, "response": {"content": json.dumps(value), "usage": USAGE}},
    ]


def failure(status: int, kind: str, **match: object) -> dict:
    return {"match": match, "response": {"error": {"message": "no", "type": kind}, "status": status}}


FIXTURES = [
    *answers(RIGHT, userMessage="Ann is 40"),
    *answers(WRONG, userMessage="Ann is less", turnIndex=0),
    failure(503, "server_error", userMessage="Ann is late", sequenceIndex=0),
    *answers(RIGHT, userMessage="Ann is late"),
    failure(401, "authentication_error", userMessage="Ann is nobody"),
    *answers(RIGHT, turnIndex=1),
]


@pytest.fixture(scope="module")
def server():
    running = AiMock(FIXTURES)
    yield running
    running.close()


@pytest.fixture(scope="module")
def daemon(start_module_daemon, server):
    environment_ = {}
    for variables in PROVIDERS.values():
        environment_ |= {name: value.format(url=server.url) for name, value in variables.items()}
    return start_module_daemon({}, environment_=environment_)


@pytest.fixture
def client(daemon, connect, server):
    server.reset()
    return connect(daemon.address)


def request(name: str, mode: str, text: str = "Ann is 40.") -> dict:
    return {
        "model": f"{name}/",
        "schema": {"json_schema": json.dumps(PERSON)},
        "input": text,
        "mode_name": mode,
        "retry": QUICK,
    }


def path_of(name: str, mode: str, *, streamed: bool = False) -> str:
    return PATHS["openai responses" if mode == "RESPONSES_TOOLS" else name][streamed]


@cells
def test_the_first_answer_is_read(client, server, name, mode):
    response = client.extract(**request(name, mode))
    assert json.loads(response.json) == RIGHT
    assert (response.provider, response.mode_name) == (name, mode)
    counted = (0, 0) if name == "ollama" else (10, 5)  # for Ollama it counts nothing
    assert (response.usage.input_tokens, response.usage.output_tokens) == counted
    (entry,) = server.journal()
    assert entry["path"].endswith(path_of(name, mode))
    assert entry["response"]["status"] == 200


@cells
def test_a_wrong_answer_is_asked_for_again(client, server, name, mode):
    response = client.extract(**request(name, mode, "Ann is less than nothing."))
    assert json.loads(response.json) == RIGHT
    assert [issue.path for issue in response.attempts[0].issues] == ["/age"]
    first, second = server.journal()
    assert [entry["response"]["status"] for entry in (first, second)] == [200, 200]
    # What it understood of the second: the answer as its own, and what was wrong with it.
    roles = [message["role"] for message in second["body"]["messages"]]
    assert roles[-2:] == ["assistant", "user" if "tools" not in second["body"] else "tool"]
    assert "/age" in json.dumps(second["body"]["messages"][-1])


@cells
def test_an_answer_comes_in_pieces(client, server, name, mode):
    call = client.api.ExtractStreamRequest(request=client.api.ExtractRequest(**request(name, mode)))
    events = list(client.extraction.ExtractStream(call, timeout=60))
    assert json.loads(events[-1].result.json) == RIGHT
    assert [event.WhichOneof("event") for event in events].count("retrying") == 0
    (entry,) = server.journal()
    assert path_of(name, mode, streamed=True) in entry["path"]
    assert entry["response"]["status"] == 200


@cells
def test_what_fails_for_a_while_is_sent_again(client, server, name, mode):
    response = client.extract(**request(name, mode, "Ann is late."))
    assert json.loads(response.json) == RIGHT
    assert [attempt.http_status for attempt in response.attempts] == [503, 200]


@cells
def test_what_is_refused_is_sent_once(client, server, name, mode):
    refused = expect_failure(client, **request(name, mode, "Ann is nobody."))
    assert refused.reason == "PROVIDER_AUTH"
    assert len(server.journal()) == 1
