"""/metrics, read by the reference client of Prometheus: each name is provoked, and seen to move as it should."""

import concurrent.futures
import json
import re
import resource
import threading
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from support import environment
from support.daemon import run_daemon, wait_until
from support.errors import expect_failure
from support.streams import streamed_call
from support.upstream import acme, calls, fails

PERSON = json.dumps({"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]})
REQUEST = {"model": "acme/acme-1", "schema": {"json_schema": PERSON}, "input": "36"}
KEY = "sk-canary-3f9a1c77e0"
SCHEMA_CACHE_BYTES = 2 * 1024 * 1024
ACME = {"provider": "acme"}


class Page:
    """The samples of one reading: value by full sample name and labels."""

    def __init__(self, text: str):
        self.families = {family.name: family for family in text_string_to_metric_families(text)}
        self.samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def value(self, name: str, labels: dict[str, str] | None = None) -> float:
        """The sum over the samples that have these labels, and perhaps others."""
        wanted = frozenset((labels or {}).items())
        full = name if name.startswith("process_") else f"extractd_{name}"
        return sum(value for (sample, have), value in self.samples.items() if sample == full and wanted <= have)

    def sample_names(self) -> set[str]:
        """Names as documentation writes them: of histograms the family, of counters the sample."""
        return {
            f"{family.name}_total" if family.type == "counter" else family.name for family in self.families.values()
        }


@pytest.fixture(scope="module")
def config(upstream, tmp_path_factory):
    prices = tmp_path_factory.mktemp("prices") / "prices.json"
    prices.write_text(json.dumps({"prices": [{"provider": "acme", "model": "acme-2", "input": 1000, "output": 2000}]}))
    providers = acme(upstream, key_variable="ACME_API_KEY", key_required=True, models=["acme-2"])
    return {
        "schema_cache_bytes": SCHEMA_CACHE_BYTES,
        "log_level": "debug",
        "prices_file": str(prices),
        "providers": providers,
    }


@pytest.fixture(scope="module")
def daemon(start_module_daemon, config):
    return start_module_daemon(config, environment_={"ACME_API_KEY": KEY})


@pytest.fixture
def client(daemon, connect):
    return connect(daemon.address)


@pytest.fixture
def page(daemon):
    """Reads the page as often as it is called."""
    return lambda: Page(daemon.get("/metrics")[1])


@pytest.fixture
def moved(page):
    """How much a value has grown since the test began."""
    before = page()
    return lambda name, labels=None: page().value(name, labels) - before.value(name, labels)


def test_calls_are_counted_by_method_and_code(client, upstream, moved):
    upstream.script(calls({"age": 1}))
    client.extract(**REQUEST)
    expect_failure(client, **REQUEST | {"input": ""})
    assert moved("rpc_requests_total", {"method": "Extract", "code": "OK"}) == 1
    assert moved("rpc_requests_total", {"method": "Extract", "code": "INVALID_ARGUMENT"}) == 1
    assert moved("rpc_duration_seconds_count", {"method": "Extract"}) == 2
    assert moved("overhead_seconds_count") == 1
    assert 0 < moved("overhead_seconds_sum") < 5


def test_calls_in_flight_are_shown_while_they_last(client, upstream, page):
    enough = threading.Event()
    upstream.script(calls({"age": 1}, held_until=enough))
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(client.extract, **REQUEST) for _ in range(3)]
        all_three = wait_until(lambda: page().value("in_flight") == 3 == len(upstream.requests))
        connections = page().value("pool_connections", ACME)
        enough.set()
        concurrent.futures.wait(futures)
    assert all_three
    assert connections >= 3
    assert wait_until(lambda: page().value("in_flight") == 0, 10)


def test_calls_that_wait_and_are_turned_away_are_counted(daemon, client, upstream, page):
    enough = threading.Event()
    upstream.script(calls({"age": 1}, held_until=enough))
    assert daemon.reload(daemon.config | {"max_in_flight": 1, "queue_timeout_ms": 300})["event"] == "reloaded"
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        first = pool.submit(client.extract, **REQUEST)
        assert wait_until(lambda: page().value("admitted") == 1)
        second = pool.submit(expect_failure, client, **REQUEST)
        assert wait_until(lambda: page().value("queue_depth") == 1)
        second.result(timeout=10)
        enough.set()
        first.result(timeout=10)
    assert page().value("admission_rejected_total", {"reason": "timeout"}) == 1
    assert page().value("queue_wait_seconds_count") == 1
    assert daemon.reload(daemon.config)["event"] == "reloaded"


def test_sends_are_counted_by_kind_and_how_they_ended(client, upstream, moved):
    upstream.script(fails(503), calls({"age": "x"}), calls({"age": 36}))
    client.extract(**REQUEST | {"retry": {"initial_backoff_ms": 1}})
    attempts = "upstream_attempts_total"
    assert moved(attempts, ACME | {"kind": "first", "reason": "server_error"}) == 1
    assert moved(attempts, ACME | {"kind": "retry", "reason": "invalid"}) == 1
    assert moved(attempts, ACME | {"kind": "reask", "reason": "valid"}) == 1
    sends = "upstream_request_duration_seconds_count"
    assert moved(sends, ACME | {"model": "acme-1", "mode": "TOOLS"}) == 3
    assert moved(sends, ACME | {"outcome": "valid"}) == 1
    assert moved("reask_total", ACME | {"mode": "TOOLS", "result": "valid"}) == 1
    assert moved("validation_failures_total", {"keyword": "type"}) == 1


def test_repairs_are_counted_by_kind(client, upstream, moved):
    upstream.script(calls('{"age": 36,}'))
    response = client.extract(**REQUEST)
    assert [repair.kind for repair in response.repairs] == ["trailing_comma"]
    assert moved("repair_total", {"kind": "trailing_comma"}) == 1


def test_tokens_are_counted_as_the_provider_counted_them(client, upstream, moved):
    reply = calls({"age": 36}, tokens=(100, 40))
    body = json.loads(reply.body)
    body["usage"] |= {
        "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 30},
    }
    reply.body = json.dumps(body).encode()
    upstream.script(reply)
    client.extract(**REQUEST)
    wanted = {"input": 100, "output": 40, "cached_input": 64, "cache_write_input": 5, "reasoning": 30}
    for kind, count in wanted.items():
        assert moved("tokens_total", ACME | {"model": "acme-1", "type": kind}) == count


def test_money_is_counted_where_the_price_is_known(client, upstream, moved):
    upstream.script(calls({"age": 36}))
    response = client.extract(**REQUEST | {"model": "acme/acme-2"})
    dollars = response.usage.cost_usd_micros / 1e6
    assert dollars > 0
    assert moved("cost_usd_total", ACME | {"model": "acme-2"}) == pytest.approx(dollars)
    client.extract(**REQUEST)
    assert moved("cost_unknown_total", ACME | {"model": "acme-1"}) == 1


def test_what_a_refusal_teaches_is_counted(client, upstream, moved):
    upstream.script(fails(400, "tool_choice: forcing a tool is not supported by this model"), calls({"age": 36}))
    response = client.extract(**REQUEST | {"model": "acme/acme-free"})
    assert response.attempts[0].learned
    assert moved("learned_total", {"provider": "acme", "belief": "forced_tool"}) == 1


def test_streams_that_are_stopped_are_counted_with_what_that_saved(client, upstream, moved):
    endless = '{"age": "x", "note": "' + "and so on " * 300
    upstream.script(streamed_call(endless), streamed_call('{"age": 36}', output_tokens=90))
    list(client.extraction.ExtractStream(client.api.ExtractStreamRequest(request=REQUEST), timeout=30))
    assert moved("streams_stopped_total", ACME) == 1
    assert 0 < moved("stopped_tokens_saved_total", ACME) < 90


def test_the_schema_cache_shows_hits_misses_joins_and_evictions(client, upstream, page, moved):
    upstream.script(calls({"age": 36}))

    def schema(name: str, fields: int = 1) -> dict:
        extra = {f"{name}_{i}": {"type": "string", "minLength": i} for i in range(fields)}
        return {"json_schema": json.dumps({"type": "object", "properties": {"age": {"type": "integer"}} | extra})}

    client.extract(**REQUEST | {"schema": schema("one")})
    client.extract(**REQUEST | {"schema": schema("one")})
    assert moved("schema_cache_misses_total") == 1
    assert moved("schema_cache_hits_total") == 1
    assert page().value("schema_cache_entries") >= 1

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda _: client.extract(**REQUEST | {"schema": schema("big", 2000)}), range(32)))
    assert moved("schema_cache_misses_total") == 2, "a schema was compiled more than once"
    assert moved("schema_cache_hits_total") + moved("schema_cache_joined_total") == 1 + 31
    assert moved("schema_cache_joined_total") >= 1

    for i in range(20):
        client.extract(**REQUEST | {"schema": schema(f"push{i}", 300)})
        assert page().value("schema_cache_bytes") <= SCHEMA_CACHE_BYTES
    assert moved("schema_cache_evictions_total") >= 1


def test_handlers_are_lazy_until_their_first_use(client, upstream, page, moved):
    upstream.script(calls({"age": 36}))
    client.extract(**REQUEST)
    lazy = page().value("registry_handlers", {"state": "lazy"})
    upstream.script(*[calls({"age": 36})])
    upstream.answer = lambda _: calls('{"age": 36}')
    client.extract(**REQUEST | {"mode_name": "JSON"})
    assert moved("registry_handlers", {"state": "loaded"}) >= 1
    assert page().value("registry_handlers", {"state": "lazy"}) == lazy - 1


def test_connections_are_opened_once_and_used_again(client, upstream, moved):
    upstream.script(calls({"age": 36}))
    for _ in range(20):
        client.extract(**REQUEST)
    opened, reused = (moved(f"pool_connections_{what}_total", ACME) for what in ("opened", "reused"))
    assert opened + reused == 20
    assert reused >= 16


def test_a_refused_reload_shows(daemon, config, page):
    first = page().value("config_last_reload_timestamp_seconds")
    assert page().value("config_last_reload_successful") == 1
    assert daemon.reload("max_reask: 2\n")["event"] == "reload_refused"
    assert page().value("config_last_reload_successful") == 0
    assert daemon.reload(daemon.config)["event"] == "reloaded"
    assert page().value("config_last_reload_successful") == 1
    assert first < page().value("config_last_reload_timestamp_seconds") <= time.time()


def test_the_process_shows_what_it_uses(daemon, connect, upstream, page, moved):
    upstream.script(calls({"age": 36}))
    clients = [connect(daemon.address, **{"grpc.use_local_subchannel_pool": 1}) for _ in range(8)]
    for client in clients:
        client.extract(**REQUEST)
    assert moved("process_open_fds") >= 8
    assert moved("process_cpu_seconds_total") > 0
    assert page().value("process_resident_memory_bytes") > 10e6
    assert page().value("process_max_fds") == resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_the_build_names_its_version(page):
    version = run_daemon("--version").stdout.strip()
    assert version
    assert page().value("build_info", {"version": version}) == 1


def test_models_that_callers_make_up_share_one_label(client, upstream, page):
    upstream.script(calls({"age": 36}))
    for model in ("acme-2", *(f"made-up-{i}" for i in range(50))):
        client.extract(**REQUEST | {"model": f"acme/{model}"})
    samples = page().samples
    models = {dict(labels)["model"] for (_, labels) in samples if "model" in dict(labels)}
    assert models <= {"acme-1", "acme-2", "other"}
    assert "other" in models
    assert page().value("tokens_total", ACME | {"model": "other", "type": "input"}) >= 50 * 11


def test_no_label_is_made_of_what_callers_and_models_write(client, upstream, page):
    """Labels come from closed sets; keywords of the answer, methods and paths do not grow them."""
    upstream.script(calls({"age": "x", "label-canary": 1}))
    expect_failure(client, **REQUEST | {"model": "label-canary/x"})
    expect_failure(client, **REQUEST | {"mode_name": "label-canary"})
    expect_failure(client, **REQUEST | {"retry": {"max_reasks": 0}})
    unknown = client.channel.unary_unary("/extractd.v1.ExtractionService/LabelCanary")
    expect_failure(client, lambda: unknown(b"", timeout=5))
    assert "canary" not in str(page().samples).lower()


def test_the_documentation_lists_exactly_the_names_of_the_page(page):
    """Runs last: by now everything has been provoked."""
    text = (environment.ROOT / "docs" / "operations.md").read_text()
    rows = [line.split("|")[1] for line in text.splitlines() if re.match(r"\| `(extractd|process)_", line)]
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    # With settings that are off here: seen by test_security.py, test_tracing.py and integration's telemetry_test.cc.
    of_others = {"tls_certificate_not_after_seconds", "spans_exported_total", "spans_lost_total", "payloads_lost_total"}
    assert page().sample_names() == documented - {f"extractd_{name}" for name in of_others}


def test_no_secret_and_no_text_is_on_the_page_or_in_the_log(daemon, client, upstream):
    canaries = {"input": "prompt-canary-5512", "answer": "answer-canary-9940", "schema": "schema-canary-1203"}
    schema = json.dumps({"type": "object", "title": canaries["schema"], "properties": {"x": {"type": "string"}}})
    upstream.script(fails(401, f"bad key {KEY}"))
    rejected = expect_failure(client, **REQUEST)
    upstream.script(calls({"x": 7, canaries["answer"]: canaries["answer"]}), calls({"x": canaries["answer"]}))
    client.extract(**REQUEST | {"input": canaries["input"], "schema": {"json_schema": schema}})

    assert any(received.headers["authorization"] == f"Bearer {KEY}" for received in upstream.requests)
    assert KEY not in str(rejected)
    for place in (daemon.get("/metrics")[1], daemon.log()):
        for secret in (KEY, *canaries.values()):
            assert secret not in place
