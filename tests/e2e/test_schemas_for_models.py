"""Schemas as models get them: the outline of prompt modes costs fewer tokens than JSON Schema, and llama.cpp
makes a grammar of every lowered schema.
"""

import json
import statistics
import urllib.error
import urllib.request

import grpc
import pytest

from support import environment

CORPUS = "real-schemas-schemastore/schemas.jsonl"
MAX_SCHEMA_BYTES = 6000
SCHEMAS_BY_DEFAULT = 40


@pytest.fixture(scope="module")
def daemon(start_module_daemon, llama):
    return start_module_daemon({}, environment_={"LLAMACPP_BASE_URL": llama.url})


@pytest.fixture
def adapted(daemon, connect):
    """(id, schema, AdaptSchemaResponse) of schemas from the field."""
    client = connect(daemon.address)
    rows = environment.require_file(environment.DATA / CORPUS, "real schemas").read_text().splitlines()
    found = []
    for row in map(json.loads, rows):
        text = json.dumps(row["schema"], separators=(",", ":"))
        if len(text) > MAX_SCHEMA_BYTES:
            continue
        request = client.api.AdaptSchemaRequest(
            schema={"json_schema": text}, target={"model": "llamacpp/any", "mode_name": "JSON_SCHEMA"}
        )
        try:
            found.append((row["id"], text, client.schemas.AdaptSchema(request, timeout=20)))
        except grpc.RpcError as error:
            assert "INVALID_SCHEMA" in str(error.trailing_metadata()) or error.code() == grpc.StatusCode.INVALID_ARGUMENT
        if len(found) == SCHEMAS_BY_DEFAULT:
            break
    return found


def ask(url: str, body: dict) -> dict:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.loads(reply.read())


def tokens(llama, text: str) -> int:
    return len(ask(f"{llama.url}/tokenize", {"content": text})["tokens"])


def test_the_outline_costs_fewer_tokens_than_json_schema(adapted, llama, capsys):
    saved = []
    for _, schema, response in adapted:
        before, after = tokens(llama, schema), tokens(llama, response.prompt_text)
        saved.append(1 - after / before)
    with capsys.disabled():
        print(
            f"\noutline against compact JSON Schema, {len(saved)} schemas, Gemma's tokens: "
            f"{statistics.median(saved):.0%} saved in the median, {min(saved):.0%} to {max(saved):.0%}"
        )
    assert len(saved) >= 20
    assert statistics.median(saved) >= 0.5


def test_llamacpp_makes_a_grammar_of_lowered_schemas(adapted, llama, capsys):
    refused = []
    for name, _, response in adapted:
        body = {"prompt": "x", "n_predict": 1, "json_schema": json.loads(response.adapted_json_schema)}
        try:
            ask(f"{llama.url}/completion", body)
        except urllib.error.HTTPError as error:
            refused.append(f"{name}: {error.read().decode()[:200]}")
    with capsys.disabled():
        print(f"\nllama.cpp makes a grammar of {len(adapted) - len(refused)} of {len(adapted)} lowered schemas")
    assert not refused
