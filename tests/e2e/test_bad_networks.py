"""Networks as they are: toxiproxy between us and the provider makes them slow, narrow and short-lived."""

import json
import threading
import time

import pytest

from support.errors import expect_failure
from support.upstream import acme, calls

pytest_plugins = ["support.toxiproxy"]

SCHEMA = json.dumps({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]})
REQUEST = {"model": "acme/acme-1", "schema": {"json_schema": SCHEMA}, "input": "who?"}
QUICK = {"initial_backoff_ms": 20, "backoff_jitter": 0.1}
ADA = {"name": "Ada"}
LONG = {"name": "A" * 60_000}


@pytest.fixture(scope="module")
def wire(toxiproxy, upstream):
    return toxiproxy.between(upstream.url)


@pytest.fixture(scope="module")
def daemon(start_module_daemon, upstream, wire):
    return start_module_daemon({"providers": acme(upstream, base_url=wire.url), "circuit_breaker": False})


@pytest.fixture
def client(daemon, connect, toxiproxy, upstream):
    toxiproxy.reset()
    upstream.script(calls(ADA))
    yield connect(daemon.address)
    toxiproxy.reset()


def name_of(response) -> str:
    return json.loads(response.json)["name"]


def test_latency_is_waited_for(client, wire):
    wire.poison("latency", latency=400, jitter=50)
    response = client.extract(**REQUEST)
    assert name_of(response) == "Ada"
    assert len(response.attempts) == 1
    assert response.attempts[0].latency_ms >= 350


def test_latency_beyond_the_timer_is_a_timeout_of_the_first_byte(client, wire):
    wire.poison("latency", latency=3_000)
    failure = expect_failure(client, **REQUEST | {"retry": {"first_token_timeout_ms": 300, "max_transport_retries": 0}})
    assert failure.code.name == "DEADLINE_EXCEEDED"
    assert failure.info.metadata["phase"] == "first_byte"


def test_a_narrow_line_is_slow_and_not_idle(client, wire, upstream):
    upstream.script(calls(LONG))
    wire.poison("bandwidth", rate=40)  # kB/s
    began = time.monotonic()
    response = client.extract(**REQUEST | {"retry": {"idle_timeout_ms": 1_000, "max_transport_retries": 0}})
    assert time.monotonic() - began > 1.2, "longer than the idle timer"
    assert name_of(response) == LONG["name"]
    assert len(response.attempts) == 1


def test_a_reply_in_tiny_pieces_is_put_together(client, wire, upstream):
    upstream.script(calls(LONG))
    wire.poison("slicer", average_size=300, size_variation=200, delay=500)
    response = client.extract(**REQUEST)
    assert name_of(response) == LONG["name"]


def test_resets_are_sent_again_and_named(client, wire):
    wire.poison("reset_peer", timeout=0)
    failure = expect_failure(client, **REQUEST | {"retry": QUICK | {"max_transport_retries": 2}})
    assert failure.reason == "PROVIDER_UNAVAILABLE"
    assert failure.info.metadata["cause"] == "reset"
    assert len(failure.extraction.attempts) == 3


def test_a_line_that_recovers_serves_the_same_call(client, wire):
    wire.poison("reset_peer", timeout=0)
    healing = threading.Timer(0.5, wire.heal, ["reset_peer"])
    healing.start()
    retry = {"initial_backoff_ms": 150, "backoff_multiplier": 1.5, "backoff_jitter": 0.1, "max_transport_retries": 8}
    response = client.extract(**REQUEST | {"retry": retry | {"max_attempts": 10}})
    healing.join()
    assert name_of(response) == "Ada"
    assert len(response.attempts) > 1


def test_a_body_that_breaks_off_is_sent_again(client, wire, upstream):
    upstream.script(calls(LONG))
    wire.poison("limit_data", bytes=2_000)
    failure = expect_failure(client, **REQUEST | {"retry": QUICK | {"max_transport_retries": 1}})
    assert failure.reason in ("PROVIDER_UNAVAILABLE", "PROVIDER_MALFORMED")
    assert len(failure.extraction.attempts) == 2
    wire.heal("limit_data")
    assert name_of(client.extract(**REQUEST)) == LONG["name"]


def test_a_line_that_goes_silent_meets_the_timer(client, wire):
    wire.poison("timeout", timeout=0)
    began = time.monotonic()
    failure = expect_failure(client, **REQUEST | {"retry": {"first_token_timeout_ms": 500, "max_transport_retries": 0}})
    assert failure.code.name == "DEADLINE_EXCEEDED"
    assert time.monotonic() - began < 5


def test_a_slow_close_holds_nobody_up(client, wire):
    wire.poison("slow_close", delay=5_000)
    began = time.monotonic()
    for _ in range(5):
        assert name_of(client.extract(**REQUEST)) == "Ada"
    assert time.monotonic() - began < 4


def test_a_line_that_is_cut_is_refused_and_comes_back(client, wire):
    assert name_of(client.extract(**REQUEST)) == "Ada"
    wire.cut()
    failure = expect_failure(client, **REQUEST | {"retry": QUICK | {"max_transport_retries": 1}})
    assert failure.reason == "PROVIDER_UNAVAILABLE"
    assert failure.info.metadata["cause"] == "refused"
    wire.mend()
    assert name_of(client.extract(**REQUEST)) == "Ada"


def test_slow_uploads_are_no_harm(client, wire):
    wire.poison("bandwidth", stream="upstream", rate=100)
    response = client.extract(**REQUEST | {"input": "a long story " * 10_000})
    assert name_of(response) == "Ada"
    assert len(response.attempts) == 1
