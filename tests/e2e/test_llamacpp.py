"""A real model under llama.cpp's server, through the daemon: what it answers is valid, mostly right, and counted."""

import json

import grpc
import jsonschema
import pytest

from support.errors import failure_of
from support.extractions import CASES, ORDER, PERSON, Score
from support.llama import MODEL_NAME
from support.upstream import Upstream, forward_to

LEAST_SHARE = 0.6
LIMITS = {"max_output_tokens": 300}


@pytest.fixture(scope="module")
def wire(llama):
    """Stands between the daemon and the model and keeps what the model's server says."""
    proxy = Upstream()
    proxy.replies = []
    proxy.answer = forward_to(llama.url, proxy.replies)
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def daemon(start_module_daemon, wire):
    return start_module_daemon({}, environment_={"LLAMACPP_BASE_URL": wire.url})


@pytest.fixture
def client(daemon, connect):
    return connect(daemon.address)


def request(schema: dict, text: str, **more: object) -> dict:
    return {
        "model": MODEL_NAME,
        "schema": {"json_schema": json.dumps(schema)},
        "input": text,
        "timeout": 180,
        "generation": LIMITS,
    } | more


def test_every_answer_is_valid_and_most_values_are_right(client, capsys):
    score = Score()
    modes = set()
    for case in CASES:
        response = client.extract(**request(case.schema, case.text))
        found = json.loads(response.json)
        jsonschema.validate(found, case.schema)
        modes.add(response.mode_name)
        score.add(found, case.expected)
    with capsys.disabled():
        print(f"\nllama.cpp, JSON_SCHEMA: {len(CASES)} of {len(CASES)} valid, {score}")
        print("\n".join(score.wrong))
    assert modes == {"JSON_SCHEMA"}
    assert len({json.dumps(case.schema) for case in CASES}) >= 5
    assert score.share >= LEAST_SHARE


def test_usage_is_what_the_model_itself_counted(client, llama, wire):
    wire.replies.clear()
    before = llama.counter("tokens_predicted_total")
    response = client.extract(**request(PERSON, CASES[0].text))
    (reply,) = wire.replies
    timings = reply["timings"]
    assert response.usage.input_tokens == timings["prompt_n"] + timings["cache_n"]
    assert response.usage.cached_input_tokens == timings["cache_n"]
    assert response.usage.output_tokens == timings["predicted_n"]
    assert response.usage.output_tokens == llama.counter("tokens_predicted_total") - before


def test_the_same_text_gives_the_same_answer(client):
    answers = {client.extract(**request(ORDER, CASES[4].text)).json for _ in range(3)}
    assert len(answers) == 1


def test_a_list_of_messages_and_a_system_prompt_reach_the_model(client, wire):
    wire.requests.clear()
    parts = [{"role": "ROLE_USER", "parts": [{"text": CASES[1].text}]}]
    response = client.extract(**request(PERSON, "", messages=parts, system_prompt="Be exact."))
    assert response.valid
    messages = wire.requests[-1].body["messages"]
    assert messages[0] == {"role": "system", "content": "Be exact."}
    assert messages[-1]["content"].startswith(CASES[1].text)


def test_json_mode_that_is_cut_off_is_truncated_and_not_mended(client):
    with pytest.raises(grpc.RpcError) as caught:
        client.extract(**request(ORDER, CASES[4].text, mode_name="JSON", generation={"max_output_tokens": 12}))
    failure = failure_of(caught.value, client.api)
    assert (failure.code.name, failure.reason) == ("ABORTED", "OUTPUT_TRUNCATED")
    assert failure.extraction.usage.output_tokens == 12
    assert failure.extraction.attempts[-1].finish_reason == client.api.FINISH_REASON_LENGTH


@pytest.mark.parametrize("case", [CASES[0], CASES[2], CASES[6]], ids=lambda case: case.expected.get("name") or "review")
def test_a_code_block_is_valid_or_every_attempt_is_listed(client, wire, case):
    wire.replies.clear()
    asked = request(
        case.schema, case.text, mode_name="MD_JSON", retry={"max_reasks": 2}, generation={"max_output_tokens": 160}
    )
    try:
        response = client.extract(**asked)
    except grpc.RpcError as error:
        failure = failure_of(error, client.api)
        assert failure.reason in ("OUTPUT_INVALID", "OUTPUT_TRUNCATED")
        assert len(failure.extraction.attempts) + failure.extraction.omitted_attempts == len(wire.replies)
        usage, attempts = failure.extraction.usage, len(wire.replies)
    else:
        jsonschema.validate(json.loads(response.json), case.schema)
        usage, attempts = response.usage, len(response.attempts)
    assert attempts == len(wire.replies)
    assert usage.output_tokens == sum(reply["usage"]["completion_tokens"] for reply in wire.replies)
