"""ExtractInteractive with generated stubs: the example whose validator is the caller's own."""

import json

import grpc
import pytest

from support.streams import example
from support.upstream import acme, calls

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def daemon(start_module_daemon, upstream):
    return start_module_daemon({"default_model": "acme/acme-1", "providers": acme(upstream)})


@pytest.fixture
def client(daemon, connect):
    return connect(daemon.address)


def answers(upstream, *people: dict) -> None:
    upstream.script(*[calls(person) for person in people])


def request_of(client):
    return client.api.ExtractRequest(
        schema={"json_schema": json.dumps(PERSON)}, input="Ada is 36.", retry={"max_reasks": 2}
    )


def of_age(person: dict) -> list[tuple[str, str]]:
    return [] if person["age"] >= 18 else [("/age", "must be 18 or more")]


def test_the_example_asks_again_until_its_own_validator_is_content(client, upstream):
    module, path = example("reviewed_extraction")
    assert len(path.read_text().split("def extract_reviewed")[1].splitlines()) <= 40
    answers(upstream, {"name": "Ada", "age": 3}, {"name": "Ada", "age": 36})
    result = module.extract_reviewed(client.extraction, client.api, request_of(client), of_age)
    assert json.loads(result.json) == {"name": "Ada", "age": 36}
    assert [attempt.turn for attempt in result.attempts] == [1, 2]
    assert result.attempts[0].issues[0].message == "must be 18 or more"


def test_the_example_raises_when_all_turns_are_used_up(client, upstream):
    module, _ = example("reviewed_extraction")
    answers(upstream, {"name": "Ada", "age": 3})
    with pytest.raises(grpc.RpcError) as caught:
        module.extract_reviewed(client.extraction, client.api, request_of(client), of_age)
    assert caught.value.code() == grpc.StatusCode.ABORTED
