"""Against llmock, a provider that others wrote: it answers by the schema, fails on demand, and judges its client."""

import json
import time

import jsonschema
import pytest
from llmock.chaos import StreamChaos
from llmock.ratelimit import LimitSettings

from support.errors import expect_failure
from support.streams import partial_object_example
from support.upstream import Reply, Upstream, forward_to

pytest_plugins = ["support.llmock"]

INVOICE = {
    "type": "object",
    "properties": {
        "number": {"type": "string"},
        "total": {"type": "number", "minimum": 0},
        "currency": {"enum": ["EUR", "USD", "GBP"]},
        "paid": {"type": "boolean"},
        "buyer": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "vat_id": {"type": ["string", "null"]}},
            "required": ["name"],
        },
        "lines": {
            "type": "array",
            "minItems": 1,
            "maxItems": 5,
            "items": {
                "type": "object",
                "properties": {"article": {"type": "string"}, "count": {"type": "integer", "minimum": 1}},
                "required": ["article", "count"],
            },
        },
    },
    "required": ["number", "total", "currency", "paid", "buyer", "lines"],
}
REQUEST = {"model": "llmock/gpt-4o", "schema": {"json_schema": json.dumps(INVOICE)}, "input": "Invoice 4711 …"}
QUICK = {"initial_backoff_ms": 60, "backoff_jitter": 0.1}
# Built-in providers that llmock plays under prefixes of its own.
FAMILY = ["mistral", "groq", "together", "xai", "perplexity", "openai"]
MODES = pytest.mark.parametrize("mode", ["TOOLS", "JSON_SCHEMA"])


@pytest.fixture(scope="module")
def cutter(server):
    """Between us and the provider: cuts as many reply bodies in half as it is told to."""
    proxy = Upstream()
    proxy.cuts = 0

    def cut(reply: Reply) -> Reply:
        if proxy.cuts > 0:
            proxy.cuts -= 1
            reply.cut_at = len(reply.body) // 2
        return reply

    proxy.answer = forward_to(server.url, [], cut)
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def daemon(start_module_daemon, server, cutter):
    row = {"default_model": "gpt-4o", "key_variable": "LLMOCK_KEY"}
    return start_module_daemon(
        {
            "providers": {
                "llmock": row | {"base_url": server.base_url("openai")},
                "cut": row | {"base_url": f"{cutter.url}/v1"},
            }
            | {name: {"base_url": server.base_url(name), "key_variable": "LLMOCK_KEY"} for name in FAMILY},
            # Of three faults in ten by chance there may be ten in twenty, and they take more
            # repetitions than a provider that is otherwise well is asked for.
            "circuit_breaker": False,
            "retry_budget_percent": 100,
        },
        environment_={"LLMOCK_KEY": "sk-llmock"},
    )


@pytest.fixture
def client(daemon, connect):
    return connect(daemon.address)


def expect_invoice(response) -> None:
    assert response.valid
    jsonschema.validate(json.loads(response.json), INVOICE)


@MODES
def test_the_first_answer_is_valid(client, provider, mode):
    response = client.extract(**REQUEST | {"mode_name": mode})
    expect_invoice(response)
    assert response.mode_name == mode
    assert len(response.attempts) == 1
    assert response.usage.input_tokens > 0
    assert response.usage.output_tokens > 0


def test_tools_forces_one_tool_that_has_the_schema(client, provider):
    client.extract(**REQUEST | {"mode_name": "TOOLS"})
    body = provider.requests()[0]["body"]
    function = body["tools"][0]["function"]
    assert len(body["tools"]) == 1
    assert body["tool_choice"] == {"type": "function", "function": {"name": function["name"]}}
    assert function["parameters"] == INVOICE


def test_json_schema_carries_the_schema_in_the_response_format(client, provider):
    client.extract(**REQUEST | {"mode_name": "JSON_SCHEMA"})
    body = provider.requests()[0]["body"]
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["schema"] == INVOICE
    assert "tools" not in body


@MODES
def test_a_rate_limit_is_waited_for_as_long_as_it_asks(client, provider, mode):
    provider.queue({"type": "fail", "status": 429, "retry_after": 1.5})
    began = time.monotonic()
    response = client.extract(**REQUEST | {"mode_name": mode})
    assert time.monotonic() - began >= 1.5
    expect_invoice(response)
    assert [attempt.http_status for attempt in response.attempts] == [429, 200]
    assert response.attempts[1].backoff_ms >= 1500


def test_a_real_quota_is_respected(client, provider):
    """Ten a second: twenty calls in a row are all answered, some after the wait that the provider asked for."""
    provider.server.state.limiter.configure(LimitSettings(rpm=600))
    for _ in range(20):
        expect_invoice(client.extract(**REQUEST))


@MODES
def test_server_errors_are_sent_again_with_growing_waits(client, provider, mode):
    provider.queue({"type": "fail", "status": 500, "times": 2}, {"type": "fail", "status": 503})
    response = client.extract(**REQUEST | {"mode_name": mode, "retry": QUICK})
    expect_invoice(response)
    assert [attempt.http_status for attempt in response.attempts] == [500, 500, 503, 200]
    assert {attempt.turn for attempt in response.attempts} == {1}
    waits = [attempt.backoff_ms for attempt in response.attempts]
    assert waits == sorted(waits)


def test_an_outage_ends_after_a_few_sends(client, provider):
    provider.queue({"type": "fail", "status": 503, "times": None})
    failure = expect_failure(client, **REQUEST | {"retry": QUICK})
    assert (failure.code.name, failure.reason) == ("UNAVAILABLE", "PROVIDER_UNAVAILABLE")
    assert len(failure.extraction.attempts) == len(provider.requests()) == 4
    assert failure.trailers["grpc-retry-pushback-ms"] == "-1"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 400}, "PROVIDER_REJECTED_REQUEST"),
        ({"status": 400, "code": "context_length_exceeded"}, "CONTEXT_TOO_LONG"),
        ({"status": 401}, "PROVIDER_AUTH"),
        ({"status": 403}, "PROVIDER_AUTH"),
        ({"status": 404, "code": "model_not_found"}, "UNKNOWN_MODEL"),
        ({"status": 422}, "PROVIDER_REJECTED_REQUEST"),
    ],
)
def test_what_no_retry_can_fix_is_sent_once(client, provider, fault, reason):
    provider.queue({"type": "fail", "times": None} | fault)
    assert expect_failure(client, **REQUEST).reason == reason
    assert len(provider.requests()) == 1


def test_a_prompt_longer_than_the_context_is_told_apart(client, provider):
    provider.server.state.limiter.configure(LimitSettings(context_window=50))
    assert expect_failure(client, **REQUEST | {"input": "word " * 500}).reason == "CONTEXT_TOO_LONG"


def test_arguments_cut_in_half_are_not_mended_into_an_answer(client, provider):
    provider.queue({"type": "tool_fault", "kind": "malformed_arguments"})
    failure = expect_failure(client, **REQUEST | {"mode_name": "TOOLS"})
    assert (failure.code.name, failure.reason) == ("ABORTED", "OUTPUT_TRUNCATED")


@MODES
def test_a_body_cut_on_the_way_is_sent_again(client, provider, cutter, mode):
    cutter.cuts = 2
    response = client.extract(**REQUEST | {"model": "cut/gpt-4o", "mode_name": mode, "retry": QUICK})
    expect_invoice(response)
    unavailable = client.api.ATTEMPT_OUTCOME_UNAVAILABLE
    assert [attempt.outcome for attempt in response.attempts[:2]] == [unavailable] * 2
    assert len(response.attempts) == 3


def test_a_silent_provider_is_given_up_and_asked_again(client, provider):
    provider.queue({"type": "delay", "seconds": 5})
    response = client.extract(**REQUEST | {"retry": QUICK | {"first_token_timeout_ms": 1000}})
    expect_invoice(response)
    assert response.attempts[0].outcome == client.api.ATTEMPT_OUTCOME_TIMED_OUT


def test_an_invalid_answer_is_asked_for_again_with_its_issues(client, provider):
    wrong = {"number": 7, "total": -1, "currency": "DM", "paid": True, "buyer": {}, "lines": []}
    provider.queue(
        {"type": "reply", "tool_calls": [{"name": "answer", "arguments": wrong}]},
        {
            "type": "reply",
            "tool_calls": [
                {
                    "name": "answer",
                    "arguments": {
                        "number": "7",
                        "total": 1,
                        "currency": "EUR",
                        "paid": True,
                        "buyer": {"name": "A"},
                        "lines": [{"article": "chair", "count": 2}],
                    },
                }
            ],
        },
    )
    response = client.extract(**REQUEST | {"mode_name": "TOOLS"})
    expect_invoice(response)
    assert {issue.path for issue in response.attempts[0].issues} >= {"/total", "/currency", "/buyer", "/lines"}
    correction = provider.requests()[1]["body"]["messages"][-1]
    assert correction["role"] == "tool"
    assert "/currency" in correction["content"]


SIMPLE = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
OTHERS = [
    ("mistral", "TOOLS"),
    ("mistral", "JSON_SCHEMA"),
    ("groq", "TOOLS"),
    ("together", "TOOLS"),
    ("together", "JSON_SCHEMA"),
    ("xai", "TOOLS"),
    ("xai", "JSON_SCHEMA"),
    ("perplexity", "JSON_SCHEMA"),
    ("openai", "TOOLS"),
    ("openai", "RESPONSES_TOOLS"),
]


@pytest.mark.parametrize(("name", "mode"), OTHERS)
def test_each_provider_of_the_family_is_asked_in_its_own_words(client, provider, name, mode):
    request = {"model": f"{name}/", "schema": {"json_schema": json.dumps(SIMPLE)}, "input": "Ann is 40.", "mode_name": mode}
    response = client.extract(**request)
    assert response.valid
    jsonschema.validate(json.loads(response.json), SIMPLE)
    assert (response.provider, response.mode_name) == (name, mode)
    assert response.usage.input_tokens > 0
    assert len(provider.requests()) == 1


def stream(client, **fields: object) -> list:
    request = client.api.ExtractRequest(**REQUEST | fields)
    return list(client.extraction.ExtractStream(client.api.ExtractStreamRequest(request=request), timeout=60))


@MODES
def test_a_stream_ends_with_what_its_deltas_gave(client, provider, mode):
    module, _ = partial_object_example()
    partial = module.PartialObject()
    events = stream(client, mode_name=mode)
    for event in events:
        partial.apply(event)
    expect_invoice(events[-1].result)
    assert partial.value == json.loads(events[-1].result.json)
    assert events[-1].result.usage.output_tokens > 0
    assert not events[-1].result.usage.estimated


@pytest.mark.parametrize("kind", ["disconnect", "truncate", "stall", "malformed"])
def test_a_stream_that_breaks_is_taken_back_and_asked_for_again(client, provider, kind):
    provider.queue({"type": "stream_fault", "kind": kind, "after_chunks": 4, "stall_seconds": 5})
    retry = QUICK | {"idle_timeout_ms": 1000}
    events = stream(client, mode_name="JSON_SCHEMA", retry=retry)
    expect_invoice(events[-1].result)
    # It takes the second attempt, which is counted here, for a call of its own.
    provider.expected = {"malformed_chunk_ignored"}
    names = [event.WhichOneof("event") for event in events]
    assert names.count("retrying") == 1
    assert names.count("started") == 2
    first = events[-1].result.attempts[0]
    timed_out = client.api.ATTEMPT_OUTCOME_TIMED_OUT
    assert first.outcome == (timed_out if kind == "stall" else client.api.ATTEMPT_OUTCOME_UNAVAILABLE)
    assert first.usage.estimated


def test_three_faults_in_ten_are_outlived(client, unjudged, server):
    """Every call is answered or says why, and what we count is what the provider saw."""
    chaos = server.state.chaos
    retry = {"initial_backoff_ms": 5, "max_backoff_ms": 20, "max_transport_retries": 6, "max_attempts": 12}
    try:
        chaos.error_rates = {429: 0.1, 500: 0.1, 503: 0.1}
        responses = [client.extract(**REQUEST | {"retry": retry}) for _ in range(40)]
        chaos.error_rates = {}
        server.state.stream_chaos = StreamChaos(
            fault_rates=(("disconnect", 0.1), ("malformed", 0.1), ("truncate", 0.1))
        )
        streams = [stream(client, mode_name="JSON_SCHEMA", retry=retry)[-1].result for _ in range(20)]
    finally:
        chaos.error_rates, server.state.stream_chaos = {}, StreamChaos()
    for response in [*responses, *streams]:
        expect_invoice(response)
    attempts = [attempt for response in [*responses, *streams] for attempt in response.attempts]
    assert len(attempts) > 65, "or there were no faults"
    failed = [attempt for attempt in attempts if attempt.outcome != client.api.ATTEMPT_OUTCOME_VALID]
    assert len(failed) == len(attempts) - 60
