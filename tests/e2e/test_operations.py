"""What an operator does while it runs: reload, rotate keys, look at it, stop it."""

import os
import re
import signal
import threading
import time
import uuid

import grpc
from grpc_health.v1 import health_pb2

from support.daemon import Daemon, run_daemon, wait_until
from support.errors import expect_failure
from support.upstream import acme, calls, fails

SCHEMA = {"json_schema": '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}'}
REQUEST = {"model": "acme/acme-1", "schema": SCHEMA, "input": "1"}
# Reload


class Load:
    """Calls one after the other on some threads, until stop(); keeps the failures."""

    def __init__(self, client, threads: int = 4):
        self.client, self.done, self.failures = client, 0, []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                assert self.client.extract(**REQUEST, timeout=20).valid
                self.done += 1
            except Exception as failure:  # noqa: BLE001 - every kind of failure is the finding
                self.failures.append(failure)

    def more(self, calls: int = 30) -> None:
        """Returns when that many more calls have ended."""
        target = self.done + calls
        assert wait_until(lambda: self.done >= target or bool(self.failures), 30)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_rows_are_added_replaced_and_removed_under_load_and_no_call_fails(start_daemon, upstream, connect):
    upstream.script(calls({"n": 1}, delay_s=0.005))
    base = acme(upstream)
    daemon = start_daemon({"providers": base})
    client = connect(daemon.address)
    load = Load(client)

    def providers() -> dict[str, str]:
        listed = client.catalog.ListProviders(client.api.ListProvidersRequest(), timeout=10).providers
        return {provider.name: provider.default_model for provider in listed}

    def reload(rows: dict) -> None:
        load.more()
        assert daemon.reload(daemon.config | {"providers": rows})["event"] == "reloaded"
        load.more()

    reload(base | {"bolt": {"base_url": upstream.url, "key_required": False, "default_model": "b1"}})
    assert providers()["bolt"] == "b1"
    assert client.extract(**REQUEST | {"model": "bolt/b1"}).valid

    reload(base | {"bolt": {"base_url": upstream.url, "key_required": False, "default_model": "b2"}})
    assert providers()["bolt"] == "b2"

    changed = {"acme": base["acme"] | {"default_model": "acme-2", "modes": ["JSON_SCHEMA", "TOOLS"]}}
    upstream.answer = lambda received: calls({"n": 2}, delay_s=0.005)
    reload(changed)
    assert providers()["acme"] == "acme-2"
    assert "bolt" not in providers()
    assert expect_failure(client, **REQUEST | {"model": "bolt/b2"}).reason == "UNKNOWN_PROVIDER"

    for i in range(10):
        reload(changed | {f"p{i}": {"base_url": upstream.url, "key_required": False}})
    load.stop()
    assert not load.failures
    assert load.done > 300


def test_a_broken_reload_keeps_what_is_in_force_and_says_why(start_daemon, upstream, connect):
    upstream.script(calls({"n": 1}))
    daemon = start_daemon({"providers": acme(upstream)})
    client = connect(daemon.address)
    for broken in ("max_reask: 2\n", "providers: [", "providers:\n  acme:\n    base_url: 7\n    modes: [NONSENSE]\n"):
        refused = daemon.reload(broken)
        assert refused["event"] == "reload_refused"
        assert refused["level"] == "error"
        assert refused["problem"]
        assert client.extract(**REQUEST).valid
    daemon.config_file.unlink()
    daemon.signal(signal.SIGHUP)
    assert wait_until(lambda: len(daemon.events("reload_refused")) == 4)
    assert client.extract(**REQUEST).valid


def test_a_reload_names_the_settings_that_need_a_restart(start_daemon, upstream):
    daemon = start_daemon({"providers": acme(upstream)})
    line = daemon.reload(daemon.config | {"loops": 3, "max_reasks": 1})
    assert line["event"] == "reloaded"
    assert line["need_restart"] == "loops"


def test_a_reload_changes_the_log_level_and_the_defaults_of_calls(start_daemon, upstream, connect):
    upstream.script(calls({"n": "x"}))
    daemon = start_daemon({"providers": acme(upstream), "max_reasks": 0, "log_level": "info"})
    client = connect(daemon.address)
    assert len(expect_failure(client, **REQUEST).extraction.attempts) == 1
    assert not daemon.events("attempt_started")
    daemon.reload(daemon.config | {"max_reasks": 2, "log_level": "debug"})
    assert len(expect_failure(client, **REQUEST).extraction.attempts) == 3
    assert wait_until(lambda: len(daemon.events("attempt_started")) == 3)


# Secrets


def test_a_key_in_a_file_is_read_again_when_it_changes(start_daemon, upstream, connect, tmp_path):
    upstream.script(calls({"n": 1}))
    file = tmp_path / "key"
    file.write_text("sk-first-1111\n")
    providers = acme(upstream, key_variable="ACME_API_KEY", key_required=True)
    daemon = start_daemon({"providers": providers, "log_level": "debug"}, environment_={"ACME_API_KEY_FILE": str(file)})
    client = connect(daemon.address)
    client.extract(**REQUEST)

    replacement = tmp_path / "next"
    replacement.write_text("sk-second-2222")
    replacement.rename(file)

    def new_key_is_sent() -> bool:
        client.extract(**REQUEST)
        return upstream.requests[-1].headers["authorization"] == "Bearer sk-second-2222"

    assert upstream.requests[0].headers["authorization"] == "Bearer sk-first-1111"
    assert wait_until(new_key_is_sent, 10)
    file.unlink()

    def missing() -> bool:
        try:
            client.extract(**REQUEST)
        except grpc.RpcError as error:
            return error.code() == grpc.StatusCode.FAILED_PRECONDITION
        return False

    assert wait_until(missing, 10)
    assert "sk-" not in daemon.log()


# Looking at it


def test_health_pages_answer(start_daemon, upstream):
    daemon = start_daemon({"providers": acme(upstream)})
    assert daemon.get("/healthz/live") == (200, "live\n")
    assert daemon.get("/healthz/ready") == (200, "ready\n")
    assert daemon.get("/healthz/nothing")[0] == 404
    assert run_daemon("healthcheck", "--address", daemon.address).returncode == 0
    assert run_daemon("healthcheck", "--address", "127.0.0.1:1").returncode == 1


def test_debug_pages_need_debug_mode_and_show_no_secret(start_daemon, upstream, connect):
    key = "sk-canary-77aa01"
    config = {"providers": acme(upstream, key_variable="ACME_API_KEY", key_required=True)}
    daemon = start_daemon(config, environment_={"ACME_API_KEY": key, "OPENAI_API_KEY": key})
    pages = ("/debug/settings", "/debug/providers")
    assert [daemon.get(page)[0] for page in pages] == [404, 404]

    daemon.reload(daemon.config | {"debug_mode": True})
    upstream.script(calls({"n": 1}))
    connect(daemon.address).extract(**REQUEST)
    settings, providers = (daemon.get(page) for page in pages)
    assert settings[0] == providers[0] == 200
    assert "debug_mode: true" in settings[1]
    assert re.search(r"^acme .*key=set", providers[1], re.MULTILINE)
    assert key not in settings[1] + providers[1] + daemon.log()


def test_the_log_has_a_json_line_for_each_stage_of_a_call(start_daemon, upstream, connect):
    upstream.script(fails(503), calls({"n": "x"}), calls({"n": 1}))
    daemon = start_daemon({"providers": acme(upstream), "log_level": "debug"})
    response = connect(daemon.address).extract(**REQUEST | {"retry": {"initial_backoff_ms": 1}})
    lines = daemon.events_of(response.request_id)

    attempt = ["attempt_started", "attempt_ended"]
    assert [line["event"] for line in lines] == ["call_planned", *attempt, *attempt, *attempt, "call_ended"]
    assert all({"ts", "level", "event", "request_id"} <= line.keys() for line in lines)
    ended = [line for line in lines if line["event"] == "attempt_ended"]
    assert [(line["attempt"], line["turn"], line["outcome"]) for line in ended] == [
        (1, 1, "unavailable"),
        (2, 1, "invalid"),
        (3, 2, "valid"),
    ]
    assert (lines[-1]["outcome"], lines[-1]["attempts"], lines[-1]["turns"]) == ("OK", 3, 2)
    assert lines[-1]["input_tokens"] == response.usage.input_tokens == 22


def test_a_refused_call_is_one_line_with_the_id_that_the_caller_has(start_daemon, upstream, connect):
    daemon = start_daemon({"providers": acme(upstream)})
    failure = expect_failure(connect(daemon.address), **REQUEST | {"model": "nobody/x"})
    lines = daemon.events_of(failure.request.request_id, "call_refused")
    assert [(line["event"], line["reason"]) for line in lines] == [("call_refused", "UNKNOWN_PROVIDER")]


# The end


def test_sigterm_says_not_serving_lets_calls_end_and_exits_with_0(start_daemon, upstream, connect):
    enough = threading.Event()
    upstream.script(calls({"n": 1}, held_until=enough), calls({"n": 2}))
    daemon = start_daemon({"providers": acme(upstream), "drain_delay_ms": 2500, "drain_grace_ms": 60_000})
    client = connect(daemon.address)
    health = connect(daemon.address, **{"grpc.use_local_subchannel_pool": 1})
    running = client.extraction.Extract.future(client.api.ExtractRequest(**REQUEST), timeout=30)
    assert wait_until(lambda: bool(upstream.requests), 10)

    daemon.signal(signal.SIGTERM)
    assert wait_until(lambda: not health.is_serving(), 10), "health does not say NOT_SERVING"
    assert daemon.get("/healthz/ready") == (503, "draining\n")
    assert daemon.get("/healthz/live")[0] == 200
    assert not health.is_serving("extractd.v1.ExtractionService")
    assert health.is_serving("liveness")
    late = connect(daemon.address, **{"grpc.use_local_subchannel_pool": 1}).extract(**REQUEST)
    assert late.valid, "a call within the drain delay is still taken"
    assert not running.done()
    enough.set()
    assert running.result().valid
    assert daemon.wait(10) == 0
    assert daemon.events("draining")
    assert daemon.events("stopped")


def test_sigterm_cancels_what_outlives_the_grace(start_daemon, upstream, connect):
    upstream.script(calls({"n": 1}, delay_s=60))
    daemon = start_daemon({"providers": acme(upstream), "drain_grace_ms": 1500})
    client = connect(daemon.address)
    running = client.extraction.Extract.future(client.api.ExtractRequest(**REQUEST), timeout=60)
    assert wait_until(lambda: bool(upstream.requests), 10)
    began = time.monotonic()
    daemon.signal(signal.SIGTERM)
    failure = expect_failure(client, running.result)
    assert (failure.code.name, failure.reason) == ("UNAVAILABLE", "DRAINING")
    assert daemon.wait(10) == 0
    assert 1.0 < time.monotonic() - began < 20
    assert daemon.events("drain_cancels")


def test_an_open_health_watch_does_not_keep_the_daemon_alive(start_daemon, upstream, connect):
    daemon = start_daemon({"providers": acme(upstream), "drain_delay_ms": 300, "drain_grace_ms": 60_000})
    client = connect(daemon.address)
    watch = client.health.Watch(health_pb2.HealthCheckRequest())
    seen = [next(watch).status]
    began = time.monotonic()
    daemon.signal(signal.SIGTERM)
    seen.append(next(watch).status)
    assert seen == [health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING]
    assert daemon.wait(30) == 0
    assert time.monotonic() - began < 20, "it waited for the watch until the grace was over"


def test_a_second_sigterm_leaves_at_once(upstream, connect):
    upstream.script(calls({"n": 1}, delay_s=60))
    daemon = Daemon({"providers": acme(upstream), "drain_grace_ms": 60_000})
    try:
        client = connect(daemon.address)
        running = client.extraction.Extract.future(client.api.ExtractRequest(**REQUEST), timeout=60)
        assert wait_until(lambda: bool(upstream.requests), 10)
        daemon.signal(signal.SIGTERM)
        assert wait_until(lambda: bool(daemon.events("draining")), 5)
        assert not running.done()
        daemon.signal(signal.SIGTERM)
        assert daemon.wait(10) == 1
        assert daemon.events("stopped_at_once")
    finally:
        daemon.kill()


def test_a_socket_left_by_a_crash_is_taken_over(upstream, connect):
    first = Daemon({"providers": acme(upstream)})
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    second = Daemon({"providers": acme(upstream), "listen": ["127.0.0.1:0", first.socket]})
    try:
        assert connect(first.socket).is_serving()
        second.stop()
    finally:
        second.kill()
        first.kill()


def test_ids_of_calls_are_unique_and_in_the_order_of_time(start_daemon, upstream, connect):
    upstream.script(calls({"n": 1}))
    client = connect(start_daemon({"providers": acme(upstream)}).address)
    ids = []
    for _ in range(5):
        ids.append(client.extract(**REQUEST, system_prompt=uuid.uuid4().hex).request_id)
        time.sleep(0.002)
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", request_id) for request_id in ids)
