"""The same jobs through Instructor and through us, request beside request: every difference is one of those named
here, and each is printed with its count. What Instructor sent was recorded by others."""

import collections
import json
import re
from collections.abc import Iterator

import grpc
import pytest
from support import environment, protocols
from support.errors import failure_of
from support.instructor import CASES, Case
from support.upstream import Upstream

DATA = environment.DATA / "instructor-wire"
NOTHING = "(nothing)"

VARIABLES = {
    "OPENAI_BASE_URL": "{url}/v1",
    "OPENAI_API_KEY": "k",
    "ANTHROPIC_BASE_URL": "{url}",
    "ANTHROPIC_API_KEY": "k",
    "GOOGLE_GEMINI_BASE_URL": "{url}",
    "GOOGLE_API_KEY": "k",
    "CO_API_URL": "{url}",
    "CO_API_KEY": "k",
    "MISTRAL_API_KEY": "k",
}


@pytest.fixture(scope="module")
def client(start_module_daemon, upstream, api):
    from support.stubs import Client

    variables = {name: value.format(url=upstream.url) for name, value in VARIABLES.items()}
    daemon = start_module_daemon(
        {"providers": {"mistral": {"base_url": f"{upstream.url}/v1"}}}, environment_=variables
    )
    client = Client(api, daemon.address)
    yield client
    client.close()


def run(client, upstream: Upstream, case: Case) -> tuple[str, list[dict]]:
    """How it ended, and what was sent."""
    upstream.requests.clear()
    upstream.answer = protocols.in_order(*case.turns)
    try:
        response = client.extract(**case.request())
    except grpc.RpcError as error:
        return failure_of(error, client.api).reason, list(upstream.bodies())
    outcome = response.json or "[" + ",".join(item.json for item in response.items) + "]"
    return outcome, list(upstream.bodies())


def differences(theirs: object, ours: object, path: str = "") -> Iterator[tuple[str, object, object]]:
    """Schemas are compared as a whole, and so are lists of different lengths."""
    whole = path.rsplit("/", 1)[-1] in SCHEMAS
    if isinstance(theirs, dict) and isinstance(ours, dict) and not whole:
        for key in theirs | ours:
            yield from differences(theirs.get(key, NOTHING), ours.get(key, NOTHING), f"{path}/{key}")
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours) and not whole:
        for index, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(one, other, f"{path}/{index}")
    elif theirs != ours:
        yield path, theirs, ours


SCHEMAS = ("parameters", "schema", "input_schema", "parametersJsonSchema", "responseSchema", "responseJsonSchema")
