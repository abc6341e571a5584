"""Spans of calls and sends, as a collector gets them and OpenTelemetry's own messages read them."""

import json
import signal
import time
import types

import grpc
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from support.collector import Collector, attributes_of
from support.errors import expect_failure
from support.upstream import acme, calls, fails

SCHEMA = json.dumps({"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]})
PROMPT = "canary-prompt-7731 is 36"
REQUEST = {"model": "acme/acme-1", "schema": {"json_schema": SCHEMA}, "input": PROMPT}
KEY = "sk-canary-9d1c55a2"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
QUICK = {"initial_backoff_ms": 20, "backoff_jitter": 0.1}


@pytest.fixture
def collector():
    running = Collector()
    yield running
    # Whatever a test did, no span says what was asked, answered, or with which key.
    sent = b"".join(running.bodies)
    for canary in (PROMPT, "canary-answer", "words-of-the-provider", KEY):
        assert canary.encode() not in sent
    running.close()


@pytest.fixture
def traced(start_daemon, connect, upstream, collector):
    def start(**settings: object):
        providers = acme(upstream, key_variable="ACME_API_KEY", key_required=True)
        config = {"otlp_endpoint": collector.url, "providers": providers, "log_level": "debug"} | settings
        daemon = start_daemon(config, environment_={"ACME_API_KEY": KEY})
        return daemon, connect(daemon.address)

    return start


def extract(client, metadata=(), **fields: object):
    return client.extraction.Extract(
        client.api.ExtractRequest(**REQUEST | fields), metadata=metadata, timeout=30
    )


def split(spans: list[Span]) -> tuple[Span, list[Span]]:
    """The span of the call, and those of its sends in their order."""
    servers = [span for span in spans if span.kind == Span.SPAN_KIND_SERVER]
    clients = [span for span in spans if span.kind == Span.SPAN_KIND_CLIENT]
    assert len(servers) == 1
    assert len(servers) + len(clients) == len(spans)
    return servers[0], sorted(clients, key=lambda span: attributes_of(span)["extractd.attempt"])


@pytest.fixture
def three_sends(traced, upstream, collector):
    """One call: a send that was lost, one with a wrong answer, one with a good one."""
    upstream.script(fails(503), calls({"age": "canary-answer"}), calls({"age": 36}))
    daemon, client = traced()
    response = extract(client, retry=QUICK, generation={"temperature": 0.5, "max_output_tokens": 99})
    assert len(response.attempts) == 3
    call, sends = split(collector.wait_for(4))
    return types.SimpleNamespace(daemon=daemon, response=response, call=call, sends=sends)


def test_a_call_has_a_span_and_each_of_its_sends_has_one_below_it(three_sends):
    call, sends = three_sends.call, three_sends.sends
    assert call.name == "extractd.v1.ExtractionService/Extract"
    assert len(call.trace_id) == 16
    assert call.parent_span_id == b""
    assert [send.name for send in sends] == ["chat acme-1"] * 3
    assert {send.parent_span_id for send in sends} == {call.span_id}
    assert {send.trace_id for send in sends} == {call.trace_id}
    assert len({send.span_id for send in sends} | {call.span_id}) == 4
    times = [call.start_time_unix_nano]
    for send in sends:
        times += [send.start_time_unix_nano, send.end_time_unix_nano]
    times.append(call.end_time_unix_nano)
    assert times == sorted(times), "one after the other, within the call"


def test_a_call_says_what_grpc_knows_of_it(three_sends):
    about = attributes_of(three_sends.call)
    assert about["rpc.system"] == "grpc"
    assert (about["rpc.service"], about["rpc.method"]) == ("extractd.v1.ExtractionService", "Extract")
    assert about["rpc.grpc.status_code"] == 0
    assert three_sends.call.status.code == Status.STATUS_CODE_UNSET


def test_a_send_says_what_was_asked_of_whom(three_sends, upstream):
    host, port = upstream.url.removeprefix("http://").split(":")
    for send in three_sends.sends:
        about = attributes_of(send)
        assert about | {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "acme",
            "gen_ai.request.model": "acme-1",
            "gen_ai.output.type": "json",
            "gen_ai.request.temperature": 0.5,
            "gen_ai.request.max_tokens": 99,
            "server.address": host,
            "server.port": int(port),
            "extractd.mode": three_sends.response.mode_name,
        } == about


def test_a_send_says_what_came_of_it(three_sends):
    lost, invalid, valid = (attributes_of(send) for send in three_sends.sends)
    assert [about["extractd.attempt.kind"] for about in (lost, invalid, valid)] == ["first", "retry", "reask"]
    assert [about["http.response.status_code"] for about in (lost, invalid, valid)] == [503, 200, 200]
    assert (lost["error.type"], lost["extractd.outcome"]) == ("server_error", "unavailable")
    assert (invalid["error.type"], invalid["extractd.validation.error_count"]) == ("invalid", 1)
    assert "error.type" not in valid
    assert (valid["gen_ai.usage.input_tokens"], valid["gen_ai.usage.output_tokens"]) == (11, 7)
    assert valid["gen_ai.response.finish_reasons"] == ["tool_calls"]
    failed = [send.status.code == Status.STATUS_CODE_ERROR for send in three_sends.sends]
    assert failed == [True, True, False]


def test_a_send_has_events_of_its_retry_and_of_its_verdict(three_sends):
    first, retried, last = ([(event.name, attributes_of(event)) for event in send.events] for send in three_sends.sends)
    assert first == last == []
    assert [name for name, _ in retried] == ["extractd.retry", "extractd.output_invalid"]
    assert retried[0][1]["extractd.backoff_ms"] > 0
    assert retried[1][1] == {"extractd.validation.keywords": ["type"]}


def test_the_log_and_the_provider_are_told_the_same(three_sends, upstream):
    trace = three_sends.call.trace_id.hex()
    lines = three_sends.daemon.events_of(attributes_of(three_sends.call)["extractd.request_id"])
    assert {line["trace_id"] for line in lines} == {trace}
    told = [received.headers["traceparent"] for received in upstream.requests]
    assert told == [f"00-{trace}-{send.span_id.hex()}-01" for send in three_sends.sends]


def test_the_trace_of_the_caller_goes_on(traced, upstream, collector):
    upstream.script(calls({"age": 36}))
    _, client = traced(trace_sample_percent=0)
    headers = (("traceparent", f"00-{TRACE}-{PARENT}-01"), ("tracestate", "vendor=1"))
    extract(client, metadata=headers)
    call, (send,) = split(collector.wait_for(2))
    assert call.trace_id.hex() == send.trace_id.hex() == TRACE
    assert call.parent_span_id.hex() == PARENT
    assert call.trace_state == send.trace_state == "vendor=1"
    (received,) = upstream.requests
    assert received.headers["traceparent"] == f"00-{TRACE}-{send.span_id.hex()}-01"
    assert "tracestate" not in received.headers, "which may say what is not for providers"


def test_a_caller_that_is_not_sampled_is_followed_and_not_recorded(traced, upstream, collector):
    upstream.script(calls({"age": 36}))
    daemon, client = traced()
    extract(client, metadata=(("traceparent", f"00-{TRACE}-{PARENT}-00"),))
    assert upstream.requests[0].headers["traceparent"] == f"00-{TRACE}-{PARENT}-00"
    extract(client)
    call, _ = split(collector.wait_for(2))
    assert call.trace_id.hex() != TRACE


@pytest.mark.parametrize("bad", ["00-0-0-01", f"ff-{TRACE}-{PARENT}-01", f"00-{'0' * 32}-{PARENT}-01", "x" * 4000])
def test_a_bad_header_begins_a_new_trace(traced, upstream, collector, bad):
    upstream.script(calls({"age": 36}))
    _, client = traced()
    extract(client, metadata=(("traceparent", bad), ("tracestate", "vendor=1")))
    call, _ = split(collector.wait_for(2))
    assert call.parent_span_id == b""
    assert call.trace_id.hex() != TRACE
    assert call.trace_state == ""


def test_a_call_that_is_refused_has_a_span_with_its_status(traced, upstream, collector):
    _, client = traced()
    with pytest.raises(grpc.RpcError):
        client.extraction.Extract(client.api.ExtractRequest(), timeout=30)
    (span,) = collector.wait_for(1)
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert attributes_of(span)["rpc.grpc.status_code"] == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert attributes_of(span)["error.type"] == "INVALID_ARGUMENT"


def test_spans_do_not_repeat_the_words_of_providers(traced, upstream, collector):
    upstream.script(fails(400, f"cannot read words-of-the-provider with {KEY}"))
    _, client = traced()
    assert expect_failure(client, **REQUEST).code == grpc.StatusCode.FAILED_PRECONDITION
    _, (send,) = split(collector.wait_for(2))
    assert attributes_of(send)["error.type"] == "rejected"


def test_streams_have_their_spans(traced, upstream, collector):
    upstream.script(calls({"age": 36}))
    _, client = traced()
    request = client.api.ExtractStreamRequest(request=client.api.ExtractRequest(**REQUEST))
    assert list(client.extraction.ExtractStream(request, timeout=30))
    call, sends = split(collector.wait_for(2))
    assert call.name == "extractd.v1.ExtractionService/ExtractStream"
    assert len(sends) == 1


def test_what_waits_is_delivered_when_the_daemon_ends(traced, upstream, collector):
    upstream.script(calls({"age": 36}))
    daemon, client = traced(otlp_service_name="invoices")
    for _ in range(30):
        extract(client)
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == 0
    assert len(collector.spans()) == 60
    assert collector.resources()[0]["service.name"] == "invoices"
    assert collector.resources()[0]["service.version"]


def test_a_collector_that_is_busy_gets_the_spans_later(traced, upstream, collector):
    upstream.script(calls({"age": 36}))
    collector.status = 503
    daemon, client = traced()
    extract(client)
    time.sleep(1.5)
    collector.status = 200
    split(collector.wait_for(2))
    status, page = daemon.get("/metrics")
    assert status == 200
    assert "extractd_spans_exported_total 2" in page
    assert "extractd_spans_lost_total 0" in page


def test_spans_that_a_collector_refuses_are_counted(traced, upstream, collector):
    upstream.script(calls({"age": 36}))
    collector.status = 400
    daemon, client = traced()
    extract(client)
    end = time.monotonic() + 15
    while "extractd_spans_lost_total 2" not in daemon.get("/metrics")[1] and time.monotonic() < end:
        time.sleep(0.1)
    assert "extractd_spans_lost_total 2" in daemon.get("/metrics")[1]
    assert [line["spans"] for line in daemon.events("spans_lost")] == [2]


def test_a_sample_of_new_traces_is_recorded(traced, upstream, collector):
    upstream.script(calls({"age": 36}))
    daemon, client = traced(trace_sample_percent=0)
    extract(client)
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == 0
    assert collector.spans() == []
