"""Bedrock's side of the wire, with AWS's own library as the judge: signatures and request bodies."""

import json
import re
import struct
import urllib.parse
import zlib

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from support import sdk_types
from support.upstream import Received, Reply, json_reply

AUTHORIZATION_RE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/bedrock/aws4_request, "
    r"SignedHeaders=(?P<signed>[^,]+), Signature=(?P<signature>[0-9a-f]{64})"
)


def converse(content: list[dict], stop: str = "end_turn", **more: object) -> Reply:
    return json_reply(
        {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": stop,
            "usage": {"inputTokens": 11, "outputTokens": 7, "totalTokens": 18},
            "metrics": {"latencyMs": 5},
        },
        **more,
    )


def calls(arguments: dict, name: str = "answer", identity: str = "tooluse_1") -> Reply:
    return converse([{"toolUse": {"toolUseId": identity, "name": name, "input": arguments}}], "tool_use")


def says(text: str, stop: str = "end_turn") -> Reply:
    return converse([{"text": text}], stop)


def fails(status: int, code: str, message: str = "no") -> Reply:
    headers = {"x-amzn-ErrorType": f"{code}:http://internal.amazon.com/coral/com.amazon.bedrock/"}
    return json_reply({"message": message}, status, headers=headers)


def signer_of(received: Received) -> re.Match[str]:
    return AUTHORIZATION_RE.fullmatch(received.headers["authorization"])


def expected_signature(received: Received, url: str, key: tuple[str, str], token: str | None = None) -> str:
    """What botocore signs the same request with, at the same second."""
    signer = signer_of(received)
    names = ("content-type", "x-amz-date", "x-amz-security-token")
    request = botocore.awsrequest.AWSRequest(
        method="POST",
        url=url + received.path,
        headers={name: received.headers[name] for name in names if name in received.headers},
        data=received.raw,
    )
    request.context["timestamp"] = received.headers["x-amz-date"]
    credentials = botocore.credentials.Credentials(*key, token)
    auth = botocore.auth.SigV4Auth(credentials, "bedrock", signer["region"])
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


def model_of(received: Received) -> str:
    return urllib.parse.unquote(received.path.split("/")[2])


def problems_of(received: Received) -> str:
    """What the service's own description finds wrong with a request to Converse; empty: nothing."""
    return sdk_types.converse_problems(received.path, json.loads(received.raw))


def _frame(headers: dict[str, str], payload: bytes) -> bytes:
    """One message of application/vnd.amazon.eventstream."""
    block = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", len(block) + len(payload) + 16, len(block))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + block + payload
    return message + struct.pack(">I", zlib.crc32(message))


def event(kind: str, body: dict) -> bytes:
    return _frame({":event-type": kind, ":message-type": "event"}, json.dumps(body).encode())


def exception(kind: str, message: str) -> bytes:
    return _frame({":exception-type": kind, ":message-type": "exception"}, json.dumps({"message": message}).encode())


def streamed(*events: bytes) -> Reply:
    return Reply(b"".join(events), headers={"content-type": "application/vnd.amazon.eventstream"})


def streamed_call(arguments: str, pieces: int = 4) -> Reply:
    """A call of the tool whose arguments come in so many pieces, each in an event with padding."""
    tool = {"toolUseId": "t", "name": "answer"}
    size = -(-len(arguments) // pieces)
    cut = [arguments[at : at + size] for at in range(0, len(arguments), size)]
    return streamed(
        event("messageStart", {"role": "assistant", "p": "abc"}),
        event("contentBlockStart", {"contentBlockIndex": 0, "start": {"toolUse": tool}}),
        *(
            event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"toolUse": {"input": piece}}, "p": "ab"})
            for piece in cut
        ),
        event("contentBlockStop", {"contentBlockIndex": 0}),
        event("messageStop", {"stopReason": "tool_use"}),
        event("metadata", {"usage": {"inputTokens": 11, "outputTokens": 7, "totalTokens": 18}}),
    )
