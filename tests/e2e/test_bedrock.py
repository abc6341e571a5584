"""Amazon Bedrock as AWS's own library sees us: requests are checked by botocore's description of the service, and
signatures by its signer."""

import http.server
import json
import threading
import time

import pytest

from support import bedrock
from support.errors import expect_failure
from support.stubs import Client
from support.upstream import Reply, Upstream

PERSON = json.dumps(
    {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
        "additionalProperties": False,
    }
)
ADA = {"name": "Ada", "age": 36}
KEY = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
REGION = "eu-central-1"
MODEL = "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
REQUEST = {"model": f"bedrock/{MODEL}", "schema": {"json_schema": PERSON}, "input": "Ada is 36."}
QUICK = {"initial_backoff_ms": 1, "max_backoff_ms": 2}


def machine(upstream: Upstream, **variables: str) -> dict[str, str]:
    """The environment of a daemon in that region."""
    nowhere = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}
    return nowhere | {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": upstream.url, "AWS_REGION": REGION} | variables


@pytest.fixture(scope="module")
def client_of(start_module_daemon, api):
    clients = []

    def make(environment_: dict[str, str]) -> Client:
        clients.append(Client(api, start_module_daemon({}, environment_=environment_).address))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def client(client_of, upstream):
    return client_of(machine(upstream, AWS_ACCESS_KEY_ID=KEY[0], AWS_SECRET_ACCESS_KEY=KEY[1]))


def test_a_request_is_signed_as_aws_signs_it(client, upstream):
    upstream.script(bedrock.calls(ADA))
    response = client.extract(**REQUEST)
    assert json.loads(response.json) == ADA
    assert (response.provider, response.mode_name) == ("bedrock", "TOOLS")
    assert (response.usage.input_tokens, response.usage.output_tokens) == (11, 7)
    [received] = upstream.requests
    assert received.path == "/model/eu.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse"
    signer = bedrock.signer_of(received)
    assert (signer["key"], signer["region"]) == (KEY[0], REGION)
    assert signer["signed"] == "content-type;host;x-amz-date"
    assert signer["signature"] == bedrock.expected_signature(received, upstream.url, KEY)


@pytest.mark.parametrize("mode", ["TOOLS", "JSON_SCHEMA", "JSON", "MD_JSON", "REASONING_TOOLS"])
def test_each_mode_sends_what_the_service_describes(client, upstream, mode):
    upstream.script(bedrock.calls(ADA) if "TOOLS" in mode else bedrock.says(json.dumps(ADA)))
    response = client.extract(**REQUEST, mode=f"MODE_{mode}")
    assert json.loads(response.json) == ADA
    [received] = upstream.requests
    assert bedrock.problems_of(received) == ""
    body = received.body
    assert ("toolConfig" in body) == ("TOOLS" in mode)
    assert ("outputConfig" in body) == (mode == "JSON_SCHEMA")
    if mode == "TOOLS":
        tool = body["toolConfig"]["tools"][0]["toolSpec"]["name"]
        assert body["toolConfig"]["toolChoice"] == {"tool": {"name": tool}}
    if mode == "JSON_SCHEMA":
        schema = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"]
        assert json.loads(schema)["properties"].keys() == ADA.keys()


def test_a_wrong_answer_is_sent_back_with_its_thoughts_and_an_error(client, upstream):
    thought = {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}}
    call = {"toolUse": {"toolUseId": "t1", "name": "answer", "input": {"name": "Ada", "age": "old"}}}
    upstream.script(bedrock.converse([thought, call], "tool_use"), bedrock.calls(ADA))
    assert json.loads(client.extract(**REQUEST).json) == ADA
    first, second = upstream.requests
    assert bedrock.problems_of(second) == ""
    asked, echo, correction = second.body["messages"]
    assert asked == first.body["messages"][0]
    assert echo == {"role": "assistant", "content": [thought, call]}
    assert correction["role"] == "user"
    result = correction["content"][0]["toolResult"]
    assert (result["toolUseId"], result["status"]) == ("t1", "error")


def test_settings_reach_the_members_of_their_names(client, upstream):
    upstream.script(bedrock.calls(ADA))
    client.extract(**REQUEST, generation={"temperature": 0.5, "max_output_tokens": 99})
    [received] = upstream.requests
    assert bedrock.problems_of(received) == ""
    assert received.body["inferenceConfig"] == {"maxTokens": 99, "temperature": 0.5}


def test_a_bearer_token_goes_before_every_other_credential(client_of, upstream):
    key = {"AWS_ACCESS_KEY_ID": KEY[0], "AWS_SECRET_ACCESS_KEY": KEY[1]}
    client = client_of(machine(upstream, AWS_BEARER_TOKEN_BEDROCK="bedrock-api-key-1", **key))
    upstream.script(bedrock.calls(ADA))
    client.extract(**REQUEST)
    [received] = upstream.requests
    assert received.headers["authorization"] == "Bearer bedrock-api-key-1"
    assert "x-amz-date" not in received.headers


def test_without_credentials_nothing_is_sent_and_the_places_are_named(client_of, upstream):
    client = client_of(machine(upstream))
    upstream.script(bedrock.calls(ADA))
    failure = expect_failure(client, **REQUEST)
    assert failure.reason == "CREDENTIALS_MISSING"
    for place in ("AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "metadata"):
        assert place in failure.message
    assert not upstream.requests


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (bedrock.fails(403, "AccessDeniedException", "not authorized: bedrock:InvokeModel"), "PROVIDER_AUTH"),
        (bedrock.fails(403, "InvalidSignatureException", "Signature expired: it is too late"), "PROVIDER_AUTH"),
        (bedrock.fails(400, "ValidationException", "The provided model identifier is invalid."), "UNKNOWN_MODEL"),
        (bedrock.fails(400, "ValidationException", "Input is too long for requested model."), "CONTEXT_TOO_LONG"),
        (bedrock.fails(429, "ThrottlingException", "Too many requests"), "PROVIDER_RATE_LIMITED"),
        (bedrock.fails(503, "ServiceUnavailableException"), "PROVIDER_UNAVAILABLE"),
        (bedrock.says("no", "guardrail_intervened"), "PROVIDER_REFUSED"),
        (bedrock.says('{"name": "A', "max_tokens"), "OUTPUT_TRUNCATED"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_errors_have_their_reasons(client, upstream, reply, reason):
    upstream.script(reply)
    assert expect_failure(client, **REQUEST, retry=QUICK).reason == reason


def test_throttling_is_waited_out(client, upstream):
    upstream.script(bedrock.fails(429, "ThrottlingException", "slow down"), bedrock.calls(ADA))
    assert json.loads(client.extract(**REQUEST, retry=QUICK).json) == ADA


def stream_of(client, **more: object) -> list:
    request = client.api.ExtractStreamRequest(request=client.api.ExtractRequest(**REQUEST, **more))
    return list(client.extraction.ExtractStream(request, timeout=30))


def test_a_stream_in_aws_frames_becomes_the_object(client, upstream):
    upstream.script(bedrock.streamed_call(json.dumps(ADA)))
    events = stream_of(client)
    assert json.loads(events[-1].result.json) == ADA
    assert [event.WhichOneof("event") for event in events].count("delta") > 0
    assert (events[-1].result.usage.input_tokens, events[-1].result.usage.output_tokens) == (11, 7)
    [received] = upstream.requests
    assert received.path.endswith("/converse-stream")
    assert bedrock.signer_of(received)["signature"] == bedrock.expected_signature(received, upstream.url, KEY)
    assert bedrock.problems_of(received) == ""


def test_an_exception_inside_a_stream_is_sent_again(client, upstream):
    upstream.script(
        bedrock.streamed(
            bedrock.event("messageStart", {"role": "assistant"}), bedrock.exception("throttlingException", "slow down")
        ),
        bedrock.streamed_call(json.dumps(ADA)),
    )
    assert json.loads(stream_of(client, retry=QUICK)[-1].result.json) == ADA
    assert len(upstream.requests) == 2


def test_a_stream_with_a_wrong_checksum_is_never_believed(client, upstream):
    good = bedrock.streamed_call(json.dumps(ADA))
    damaged = bytearray(good.body)
    damaged[len(damaged) // 2] ^= 1
    upstream.script(Reply(bytes(damaged), headers=good.headers), good)
    assert json.loads(stream_of(client, retry=QUICK)[-1].result.json) == ADA
    assert len(upstream.requests) == 2


class Container:
    """The credentials service of a container, whose keys live two seconds."""

    LIFE_S = 2

    def __init__(self):
        self.given = 0
        self.tokens: list[str] = []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.given += 1
                owner.tokens.append(self.headers.get("authorization", ""))
                end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + owner.LIFE_S))
                keys = {"AccessKeyId": f"ASIA{owner.given}", "SecretAccessKey": "sec", "Token": "tok"}
                body = keys | {"Expiration": end}
                raw = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/credentials"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_credentials_of_a_container_are_renewed_and_rotated_tokens_read_anew(client_of, upstream, tmp_path):
    container = Container()
    token = tmp_path / "token"
    token.write_text("one")
    client = client_of(
        machine(
            upstream,
            AWS_CONTAINER_CREDENTIALS_FULL_URI=container.url,
            AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(token),
        )
    )
    upstream.script(bedrock.calls(ADA))
    client.extract(**REQUEST)
    token.write_text("two")
    time.sleep(Container.LIFE_S + 0.5)
    client.extract(**REQUEST)
    container.close()
    first, second = upstream.requests
    assert (bedrock.signer_of(first)["key"], bedrock.signer_of(second)["key"]) == ("ASIA1", f"ASIA{container.given}")
    assert container.given >= 2
    assert (container.tokens[0], container.tokens[-1]) == ("one", "two")
    for received in (first, second):
        key = (bedrock.signer_of(received)["key"], "sec")
        assert received.headers["x-amz-security-token"] == "tok"
        expected = bedrock.expected_signature(received, upstream.url, key, "tok")
        assert bedrock.signer_of(received)["signature"] == expected
