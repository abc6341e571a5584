"""The API as a Python client sees it, with stubs that grpcio-tools generates from our proto files."""

import concurrent.futures
import json
import re

import grpc
import pytest
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from support import environment
from support.errors import expect_failure, failure_of
from support.upstream import acme, calls, fails, says

MAX_REQUEST_BYTES = 64 * 1024
PERSON = json.dumps(
    {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0, "maximum": 150}},
        "required": ["name", "age"],
    }
)
REQUEST = {"model": "acme/acme-1", "schema": {"json_schema": PERSON}, "input": "Ada is 36."}
BAD_TYPE = '{"properties": {"a": {"type": 7}}}'
ALL_MODES = "TOOLS, JSON_SCHEMA, JSON, MD_JSON, PARALLEL_TOOLS, REASONING_TOOLS"
FAST = {"initial_backoff_ms": 1, "max_backoff_ms": 2}


@pytest.fixture(scope="module")
def daemon(start_module_daemon, upstream):
    keyless = {
        "base_url": upstream.url,
        "default_model": "m",
        "key_variable": "NOKEY_API_KEY",
        "docs_url": "https://x/docs",
    }
    return start_module_daemon(
        {
            "max_request_bytes": MAX_REQUEST_BYTES,
            "providers": acme(upstream) | {"keyless": keyless},
        }
    )


@pytest.fixture
def client(daemon, connect):
    return connect(daemon.address)


def test_extract_answers_with_a_valid_object_and_how_it_came_about(client, upstream):
    upstream.script(calls({"name": "Ada", "age": "x"}), calls({"name": "Ada", "age": 36}, tokens=(20, 9)))
    response, call = client.extraction.Extract.with_call(client.api.ExtractRequest(**REQUEST), timeout=30)

    assert json.loads(response.json) == {"name": "Ada", "age": 36}
    assert response.valid
    assert (response.provider, response.model, response.mode_name) == ("acme", "acme-1", "TOOLS")
    assert response.mode == client.api.MODE_TOOLS
    assert (response.usage.input_tokens, response.usage.output_tokens) == (31, 16)
    first, second = response.attempts
    assert (first.outcome, second.outcome) == (client.api.ATTEMPT_OUTCOME_INVALID, client.api.ATTEMPT_OUTCOME_VALID)
    assert (first.turn, second.turn) == (1, 2)
    assert second.kind == client.api.ATTEMPT_KIND_REASK
    assert [(issue.path, issue.keyword) for issue in first.issues] == [("/age", "type")]
    assert response.request_id in [value for key, value in call.initial_metadata() if key == "extractd-request-id"]
    assert response.schema_id.startswith("sha256:")


def test_the_same_daemon_answers_on_its_unix_socket(daemon, connect, upstream):
    upstream.script(calls({"name": "Ada", "age": 36}))
    assert connect(daemon.socket).extract(**REQUEST).valid


def test_many_calls_at_once_each_get_their_own_answer(client, upstream):
    def answer(received):
        name = received.body["messages"][-1]["content"]
        return calls({"name": name, "age": len(name)}, delay_s=0.02)

    upstream.answer = answer
    names = [f"person-{i}" for i in range(200)]
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        responses = list(pool.map(lambda name: client.extract(**REQUEST | {"input": name}), names))
    assert [json.loads(response.json)["name"] for response in responses] == names
    assert len({response.request_id for response in responses}) == len(names)


def test_every_bad_field_is_named_at_once(client):
    failure = expect_failure(
        client, generation={"temperature": 3.5}, retry={"max_reasks": 21}, schema={"json_schema": PERSON, "name": "a b"}
    )
    assert failure.code == grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "INVALID_REQUEST"
    assert failure.info.domain == "extractd"
    assert set(failure.fields) == {"input", "generation.temperature", "retry.max_reasks", "schema.name"}
    assert failure.request.request_id


@pytest.mark.parametrize(
    ("fields", "refusal", "metadata"),
    [
        ({"model": "acne/x"}, "NOT_FOUND UNKNOWN_PROVIDER", {"nearest": "acme"}),
        ({"schema": {"json_schema": BAD_TYPE}}, "INVALID_ARGUMENT INVALID_SCHEMA", {"pointer": "/properties/a/type"}),
        ({"schema": {"json_schema": '{\n "type": '}}, "INVALID_ARGUMENT INVALID_SCHEMA", {"line": "2"}),
        ({"schema": {"schema_id": "nobody"}}, "NOT_FOUND SCHEMA_NOT_FOUND", {}),
        ({"mode_name": "gemini_json"}, "INVALID_ARGUMENT INVALID_REQUEST", {}),
        ({"mode_name": "parallel"}, "INVALID_ARGUMENT INVALID_REQUEST", {}),
        ({"mode_name": "responses_tools"}, "INVALID_ARGUMENT MODE_NOT_SUPPORTED", {"supported": ALL_MODES}),
        ({"model": "keyless/m"}, "FAILED_PRECONDITION CREDENTIALS_MISSING", {"variable": "NOKEY_API_KEY"}),
    ],
)
def test_a_call_that_cannot_succeed_is_refused_before_anything_is_sent(client, upstream, fields, refusal, metadata):
    upstream.script(calls({}))
    failure = expect_failure(client, **REQUEST | fields)
    assert f"{failure.code.name} {failure.reason}" == refusal
    assert metadata.items() <= dict(failure.info.metadata).items()
    assert not upstream.requests


def test_missing_credentials_link_the_documentation_of_the_provider(client):
    failure = expect_failure(client, **REQUEST | {"model": "keyless/m"})
    assert [link.url for link in failure.help.links] == ["https://x/docs"]


def test_a_rate_limit_past_the_deadline_fails_now_and_says_how_long(client, upstream):
    upstream.script(fails(429, "slow down", headers={"retry-after": "90"}))
    failure = expect_failure(client, **REQUEST | {"timeout": 5})
    assert (failure.code.name, failure.reason) == ("RESOURCE_EXHAUSTED", "PROVIDER_RATE_LIMITED")
    assert failure.retry.retry_delay.seconds == 90
    assert failure.quota.violations[0].subject == "provider:acme"
    assert failure.trailers["grpc-retry-pushback-ms"] == "-1"
    assert [attempt.outcome for attempt in failure.extraction.attempts] == [client.api.ATTEMPT_OUTCOME_RATE_LIMITED]
    assert len(upstream.requests) == 1


def test_an_answer_that_stays_invalid_lists_issues_attempts_and_tokens(client, upstream):
    upstream.script(calls({"name": 1}))
    failure = expect_failure(client, **REQUEST | {"retry": FAST | {"max_reasks": 2}})
    assert (failure.code.name, failure.reason) == ("ABORTED", "OUTPUT_INVALID")
    assert [attempt.turn for attempt in failure.extraction.attempts] == [1, 2, 3]
    assert failure.extraction.usage.input_tokens == 33
    assert {(issue.path, issue.keyword) for issue in failure.extraction.issues} == {("", "required"), ("/name", "type")}


def test_refusals_and_cuts_have_their_own_reasons(client, upstream):
    upstream.script(says("half of", finish="length"))
    assert expect_failure(client, **REQUEST).reason == "OUTPUT_TRUNCATED"
    upstream.script(says("", finish="content_filter"))
    assert expect_failure(client, **REQUEST).reason == "PROVIDER_REFUSED"
    assert len(upstream.requests) == 1


def test_details_stay_below_four_kilobytes_whatever_happened(client, upstream):
    """Clients lose the whole status above some limit: the largest failure must still be read."""
    properties = {f"property_with_a_long_name_{i:03}": {"type": "integer"} for i in range(200)}
    schema = json.dumps({"type": "object", "properties": properties, "required": list(properties)})
    wrong = calls(dict.fromkeys(properties, "ä" * 300))
    upstream.script(*[fails(503, "ü" * 2000), wrong] * 10)
    failure = expect_failure(
        client, **REQUEST | {"schema": {"json_schema": schema}, "retry": FAST | {"max_attempts": 20, "max_reasks": 9}}
    )
    assert failure.reason == "OUTPUT_INVALID"
    assert 3000 < failure.details_bytes <= 4096
    assert len(failure.message.encode()) <= 512
    assert failure.extraction.omitted_attempts + len(failure.extraction.attempts) == 20
    assert failure.extraction.usage.input_tokens == 110
    assert failure.extraction.issues


def test_a_request_above_our_limit_says_which_one(client):
    failure = expect_failure(client, **REQUEST | {"input": "x" * MAX_REQUEST_BYTES})
    assert (failure.code.name, failure.reason) == ("RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE")
    assert dict(failure.info.metadata)["limit"] == str(MAX_REQUEST_BYTES)


def test_what_only_grpc_can_refuse_carries_the_code_without_details(client):
    above_hard_limit = expect_failure(client, **REQUEST | {"input": "x" * (2 * MAX_REQUEST_BYTES)})
    assert above_hard_limit.code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert above_hard_limit.details_bytes == 0

    request = client.api.ExtractRequest(**REQUEST)
    deflated = expect_failure(
        client, lambda: client.extraction.Extract(request, timeout=10, compression=grpc.Compression.Deflate)
    )
    assert deflated.code == grpc.StatusCode.UNIMPLEMENTED
    assert deflated.details_bytes == 0


def test_gzip_is_read(client, upstream):
    upstream.script(calls({"name": "Ada", "age": 36}))
    request = client.api.ExtractRequest(**REQUEST)
    assert client.extraction.Extract(request, timeout=10, compression=grpc.Compression.Gzip).valid


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (b"\xfa\x3f\x01x", "1023"),  # a field that nobody declared
        (b"\x38\x63", "mode"),  # MODE 99
        (b"\x22\x02\xff\xfe", "input"),  # not UTF-8
    ],
)
def test_bytes_that_this_version_does_not_know_are_refused_by_name(client, payload, field):
    raw = client.channel.unary_unary("/extractd.v1.ExtractionService/Extract")
    request = client.api.ExtractRequest(**REQUEST).SerializeToString()
    with pytest.raises(grpc.RpcError) as caught:
        raw(request + payload, timeout=10)
    failure = failure_of(caught.value, client.api)
    assert (failure.code.name, failure.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert any(field in name for name in failure.fields), failure.fields


def test_the_deadline_of_the_caller_is_kept(client, upstream):
    upstream.script(calls({}, delay_s=20))
    failure = expect_failure(client, **REQUEST | {"timeout": 0.5})
    assert failure.code == grpc.StatusCode.DEADLINE_EXCEEDED


def test_schemas_can_be_registered_and_used_by_name(client, upstream):
    registered = client.schemas.RegisterSchema(
        client.api.RegisterSchemaRequest(schema={"json_schema": PERSON}, name="person"), timeout=10
    )
    assert registered.created
    assert registered.schema.version == 1
    upstream.script(calls({"name": "Ada", "age": 36}))
    response = client.extract(**REQUEST | {"schema": {"schema_id": "person"}})
    assert response.valid
    assert response.schema_id == registered.schema.schema_id
    same = client.schemas.GetSchema(client.api.GetSchemaRequest(schema_id="person@1"), timeout=10)
    assert same.schema.json_schema == PERSON


def test_reflection_serves_the_files_that_the_stubs_were_made_from(client):
    """A client without our proto files gets every service and message, health and error details too."""
    database = ProtoReflectionDescriptorDatabase(client.channel)
    services = set(database.get_services())
    assert services >= {
        "extractd.v1.ExtractionService",
        "extractd.v1.SchemaService",
        "extractd.v1.CatalogService",
        "grpc.health.v1.Health",
    }
    for symbol in (*sorted(services), "google.rpc.ErrorInfo", "extractd.v1.ExtractionFailure"):
        if not symbol.startswith("grpc.reflection"):
            assert database.FindFileContainingSymbol(symbol).name
    ours = database.FindFileByName("extractd/v1/extraction.proto")
    generated = client.api.ExtractRequest.DESCRIPTOR.file
    assert [message.name for message in ours.message_type] == list(generated.message_types_by_name)


def test_the_page_on_errors_lists_every_reason_with_its_code(client):
    page = (environment.ROOT / "docs" / "errors.md").read_text()
    listed = dict(re.findall(r"^\| `([A-Z_]+)` \| ([A-Z_]+) \|", page, re.MULTILINE))
    source = (environment.PROTO / "extractd" / "v1" / "error_reason.proto").read_text()
    declared = {reason: code for code, reason in re.findall(r"// ([A-Z_]+)\b.*\n  ERROR_REASON_([A-Z_]+) =", source)}
    assert listed == declared
    assert len(declared) == len(client.api.ErrorReason.keys()) - 1
