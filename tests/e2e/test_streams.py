"""ExtractStream with generated stubs: the example that rebuilds objects, and what callers see of streams."""

import json
import os
import pty
import subprocess

import grpc
import jsonschema
import pytest

from support import environment
from support.llama import MODEL_NAME
from support.streams import partial_object_example, streamed_call, without_required
from support.upstream import acme

ORDER = {
    "type": "object",
    "properties": {
        "buyer": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "mail": {"type": "string", "format": "email"}},
            "required": ["name", "mail"],
            "additionalProperties": False,
        },
        "currency": {"enum": ["EUR", "USD"]},
        "lines": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"article": {"type": "string"}, "count": {"type": "integer", "minimum": 1}},
                "required": ["article", "count"],
                "additionalProperties": False,
            },
        },
        "note": {"type": ["string", "null"]},
    },
    "required": ["buyer", "currency", "lines", "note"],
    "additionalProperties": False,
}
ANSWER = {
    "buyer": {"name": 'Zoë "Z" Ång🎉', "mail": "zoe@example.org"},
    "currency": "EUR",
    "lines": [{"article": f"article/{i}~", "count": i + 1} for i in range(12)],
    "note": "line one\nline two",
}


@pytest.fixture(scope="module")
def daemon(start_module_daemon, upstream):
    return start_module_daemon({"default_model": "acme/acme-1", "providers": acme(upstream)})


@pytest.fixture
def client(daemon, connect):
    return connect(daemon.address)


def stream_of(client, timeout: float = 60, **options: object):
    request = client.api.ExtractRequest(schema={"json_schema": json.dumps(ORDER)}, input="An order …")
    return client.extraction.ExtractStream(
        client.api.ExtractStreamRequest(request=request, **options), timeout=timeout
    )


def leaves(value: object, path: str = "") -> dict:
    """All numbers, literals and strings by their paths."""
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in leaves(item, f"{path}/{key}").items()}
    if isinstance(value, list):
        return {k: v for index, item in enumerate(value) for k, v in leaves(item, f"{path}/{index}").items()}
    return {path: value}


@pytest.mark.parametrize("piece", [1, 3, 17, 10_000])
def test_the_example_rebuilds_the_object_and_every_partial_one_is_valid(client, upstream, piece):
    module, path = partial_object_example()
    assert len(path.read_text().split("class PartialObject")[1].splitlines()) <= 40
    upstream.script(streamed_call(json.dumps(ANSWER, ensure_ascii=piece == 3), piece))
    partial = module.PartialObject()
    relaxed = jsonschema.Draft202012Validator(without_required(ORDER), format_checker=jsonschema.FormatChecker())
    complete: dict[str, object] = {}
    events = []
    place = ""
    for event in stream_of(client):
        events.append(event)
        value = partial.apply(event)
        if value is None:
            continue
        relaxed.validate(value)
        now = leaves(value)
        for done, was in complete.items():
            assert now[done] == was, f"{done} was complete"
        for op in event.delta.ops:
            place = op.path if op.HasField("path") else place
            if op.WhichOneof("op") == "complete":
                complete |= {p: v for p, v in now.items() if p == place or p.startswith(f"{place}/")}
    assert partial.value == ANSWER == json.loads(events[-1].result.json)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))


def test_snapshots_grow(client, upstream):
    upstream.script(streamed_call(json.dumps(ANSWER), 2))
    events = stream_of(client, snapshot_interval_ms=20)
    sizes = [len(event.snapshot.json) for event in events if event.HasField("snapshot")]
    assert len(sizes) > 1
    assert sizes == sorted(sizes)


def test_items_of_a_list_come_one_by_one(client, upstream):
    lines = ANSWER["lines"]
    upstream.script(streamed_call(json.dumps({"items": lines}), 3))
    request = client.api.ExtractRequest(
        schema={"json_schema": json.dumps(ORDER["properties"]["lines"]["items"])},
        input="An order …",
        output_kind=client.api.OUTPUT_KIND_ITERABLE,
    )
    events = list(client.extraction.ExtractStream(client.api.ExtractStreamRequest(request=request), timeout=60))
    assert [json.loads(event.item.json) for event in events if event.HasField("item")] == lines
    assert events[-1].result.valid
    assert not events[-1].result.items
    assert not any(event.HasField("delta") for event in events)


def test_extractctl_prints_all_items_of_a_streamed_list(daemon, upstream, tmp_path):
    upstream.script(streamed_call(json.dumps({"items": ANSWER["lines"]}), 9))
    schema = tmp_path / "line.json"
    schema.write_text(json.dumps(ORDER["properties"]["lines"]["items"]))
    command = [str(environment.EXTRACTCTL), "--address", daemon.address, "extract", "--stream", "--many"]
    done = subprocess.run(
        [*command, "--schema", str(schema), "--text", "x"], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.count("article/") == len(ANSWER["lines"])


def test_a_failure_comes_whole_in_band_and_as_the_status(client, upstream):
    upstream.script(streamed_call('{"currency":"GBP"}'))
    events = []
    with pytest.raises(grpc.RpcError) as caught:
        for event in stream_of(client):
            events.append(event)
    failure = events[-1].failure
    assert caught.value.code() == grpc.StatusCode.ABORTED
    assert failure.status.code == grpc.StatusCode.ABORTED.value[0]
    assert failure.status.message == caught.value.details()
    assert len(failure.failure.attempts) == 4
    assert sum(event.HasField("retrying") for event in events) == 3


def test_extractctl_shows_the_object_growing_in_a_terminal(daemon, upstream, tmp_path):
    upstream.script(streamed_call(json.dumps(ANSWER), 2))
    schema = tmp_path / "order.json"
    schema.write_text(json.dumps(ORDER))
    command = [str(environment.EXTRACTCTL), "--address", daemon.address, "extract", "--stream"]
    command += ["--schema", str(schema), "--text", "x"]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert process.wait(30) == 0
    text = shown.decode()
    assert text.count("\x1b[J") >= 2, "it is drawn anew"
    assert "article/11~" in text.rsplit("\x1b[J", 1)[1]


def test_extractctl_prints_events_as_lines_of_json(daemon, upstream, tmp_path):
    upstream.script(streamed_call(json.dumps(ANSWER), 20))
    schema = tmp_path / "order.json"
    schema.write_text(json.dumps(ORDER))
    command = [str(environment.EXTRACTCTL), "--address", daemon.address, "--json", "extract", "--stream"]
    done = subprocess.run(
        [*command, "--schema", str(schema), "--text", "x"], capture_output=True, text=True, timeout=60, check=True
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert "started" in events[0]
    assert json.loads(events[-1]["result"]["json"]) == ANSWER


def test_a_real_model_is_seen_while_it_writes(start_daemon, connect, llama):
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "city": {"type": "string"}},
        "required": ["name", "age", "city"],
        "additionalProperties": False,
    }
    running = start_daemon({}, environment_={"LLAMACPP_BASE_URL": llama.url})
    client = connect(running.address)
    module, _ = partial_object_example()
    partial = module.PartialObject()
    request = client.api.ExtractRequest(
        model=MODEL_NAME,
        schema={"json_schema": json.dumps(schema)},
        input="Ada Lovelace is 36 years old and lives in London.",
        generation={"max_output_tokens": 200},
    )
    first_delta_finished = None
    events = []
    for event in client.extraction.ExtractStream(
        client.api.ExtractStreamRequest(request=request), timeout=180
    ):
        if event.HasField("delta") and first_delta_finished is None:
            # The model is still at work: its one slot is busy.
            first_delta_finished = llama.counter("requests_processing") == 0
        events.append(event)
        partial.apply(event)
    assert first_delta_finished is False, "the first delta comes before the model has finished"
    assert partial.value == json.loads(events[-1].result.json)
    jsonschema.validate(partial.value, schema)
    assert events[-1].result.usage.output_tokens > 0
