"""The API from a shell: grpcurl knows nothing of us but what reflection says."""

import json
import pathlib
import subprocess

import pytest

from support import environment
from support.upstream import acme, calls

SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
REQUEST = {"model": "acme/acme-1", "input": "Ada", "schema": {"json_schema": json.dumps(SCHEMA)}}
OUR_SERVICES = {"extractd.v1.ExtractionService", "extractd.v1.SchemaService", "extractd.v1.CatalogService"}


@pytest.fixture(scope="module")
def tool() -> pathlib.Path:
    return environment.require_tool("grpcurl")


@pytest.fixture(scope="module")
def daemon(start_module_daemon, upstream):
    return start_module_daemon({"providers": acme(upstream)})


@pytest.fixture(scope="module")
def grpcurl(tool, daemon):
    def run(*arguments: str, data: dict | None = None) -> subprocess.CompletedProcess[str]:
        body = ("-d", json.dumps(data)) if data is not None else ()
        flags = ("-plaintext", "-max-time", "30", *body)
        return subprocess.run(
            [tool, *flags, daemon.address, *arguments], capture_output=True, text=True, timeout=60, check=False
        )

    return run


def answer_of(done: subprocess.CompletedProcess[str]) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_list_names_every_service(grpcurl):
    listed = set(grpcurl("list").stdout.split())
    assert listed >= OUR_SERVICES | {"grpc.health.v1.Health"}


@pytest.mark.parametrize("service", sorted(OUR_SERVICES | {"grpc.health.v1.Health"}))
def test_describe_shows_every_service_and_its_messages(grpcurl, service):
    described = grpcurl("describe", service)
    assert described.returncode == 0, described.stderr
    assert f"{service} is a service" in described.stdout
    for method in grpcurl("list", service).stdout.split():
        assert grpcurl("describe", method).returncode == 0


@pytest.mark.parametrize(
    "message", ["extractd.v1.ExtractRequest", "extractd.v1.ExtractionFailure", "google.rpc.ErrorInfo"]
)
def test_describe_shows_messages(grpcurl, message):
    assert f"{message} is a message" in grpcurl("describe", message).stdout


def test_extract(grpcurl, upstream):
    upstream.script(calls({"name": "Ada"}))
    response = answer_of(grpcurl("extractd.v1.ExtractionService/Extract", data=REQUEST))
    assert json.loads(response["json"]) == {"name": "Ada"}
    assert response["valid"] is True
    assert response["provider"] == "acme"


def test_list_providers(grpcurl):
    response = answer_of(grpcurl("extractd.v1.CatalogService/ListProviders", data={}))
    providers = {provider["name"]: provider for provider in response["providers"]}
    assert providers.keys() >= {
        "acme",
        "anthropic",
        "bedrock",
        "openai",
        "llamacpp",
        "ollama",
        "groq",
        "vllm",
        "together",
        "deepseek",
        "openrouter",
    }
    assert providers["acme"]["origin"] == "config"


def test_health(grpcurl):
    assert answer_of(grpcurl("grpc.health.v1.Health/Check", data={})) == {"status": "SERVING"}
    service = {"service": "extractd.v1.ExtractionService"}
    assert answer_of(grpcurl("grpc.health.v1.Health/Check", data=service)) == {"status": "SERVING"}


def test_errors_show_their_details(grpcurl, upstream):
    upstream.script(calls({"name": ["Ada", "Grace"]}))
    failed = grpcurl("extractd.v1.ExtractionService/Extract", data=REQUEST | {"retry": {"max_reasks": 1}})
    assert failed.returncode != 0
    for part in (
        "Code: Aborted",
        '"reason": "OUTPUT_INVALID"',
        "google.rpc.RequestInfo",
        "extractd.v1.ExtractionFailure",
        "/name",
    ):
        assert part in failed.stderr, failed.stderr


def test_every_bad_field_is_shown(grpcurl):
    failed = grpcurl("extractd.v1.ExtractionService/Extract", data={"generation": {"temperature": 9}})
    for part in (
        "Code: InvalidArgument",
        '"reason": "INVALID_REQUEST"',
        '"input"',
        '"schema"',
        '"generation.temperature"',
    ):
        assert part in failed.stderr, failed.stderr


def test_the_largest_details_are_read(grpcurl, upstream):
    properties = {f"property_with_a_long_name_{i:03}": {"type": "integer"} for i in range(200)}
    upstream.script(calls(dict.fromkeys(properties, "ä" * 300)))
    schema = {"json_schema": json.dumps({"type": "object", "properties": properties})}
    failed = grpcurl("extractd.v1.ExtractionService/Extract", data=REQUEST | {"schema": schema})
    for part in (
        "Code: Aborted",
        '"reason": "OUTPUT_INVALID"',
        "extractd.v1.ExtractionFailure",
        "/property_with_a_long_name_000",
    ):
        assert part in failed.stderr, failed.stderr
