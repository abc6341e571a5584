"""Every provider in each of its modes through the daemon, against answers in its own protocol: a table of what works,
without an empty cell. A cell is "yes", or a word of REASONS, or a failure."""

import collections
import json
from collections.abc import Callable

import pytest
from support import protocols
from support.errors import expect_failure
from support.protocols import calls, fails, says
from support.providers import NAMES, token
from support.stubs import Client
from support.upstream import Received, Upstream

pytest_plugins = ["support.every_provider"]

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
PLACE = {
    "type": "object",
    "properties": {"town": {"type": "string"}},
    "required": ["town"],
    "additionalProperties": False,
}
RIGHT, WRONG = '{"name":"Ann","age":40}', '{"name":"Ann","age":"forty"}'
TOWN = '{"town":"Bath"}'
QUICK = {"initial_backoff_ms": 2, "max_backoff_ms": 4}
WITH_TOOLS = ("TOOLS", "PARALLEL_TOOLS", "REASONING_TOOLS", "RESPONSES_TOOLS")

REASONS = {
    "yes": "it does",
    "whole": "the provider does not stream what it enforces: it is asked for the whole answer, which makes one delta",
}
ASKED_FOR_WHOLE = {("groq", "JSON"), ("groq", "JSON_SCHEMA")}


class Cell:
    """One mode of a provider, and how it is asked."""

    def __init__(self, client: Client, upstream: Upstream, provider: object, mode: object):
        self.client, self.upstream = client, upstream
        self.provider, self.mode = provider, mode
        self.name = mode.mode_name

    def answered(self, *turns: protocols.Turn) -> None:
        self.upstream.requests.clear()
        scripted = protocols.in_order(*turns)
        self.upstream.answer = lambda received: token(received) or scripted(received)

    def sent(self) -> list[Received]:
        return [received for received in self.upstream.requests if received.path != "/token"]

    def request(self) -> dict:
        tools = [
            {"name": "person", "description": "A person.", "schema": {"json_schema": json.dumps(PERSON)}},
            {"name": "place", "description": "A place.", "schema": {"json_schema": json.dumps(PLACE)}},
        ]
        what = {"tools": tools} if self.name == "PARALLEL_TOOLS" else {
            "schema": {"json_schema": json.dumps(PERSON), "name": "person"}
        }
        model = f"{self.provider.name}/{self.provider.default_model or 'a-model'}"
        return what | {"model": model, "mode_name": self.name, "input": "Ann is 40.", "retry": QUICK}

    def answer(self, text: str) -> protocols.Turn:
        if self.name in WITH_TOOLS:
            return calls(text, name="person")
        return says(f"```json\n{text}\n```" if self.name == "MD_JSON" else text)

    def extract(self) -> object:
        return self.client.extract(**self.request())

    def values(self, response: object) -> list[dict]:
        if self.name == "PARALLEL_TOOLS":
            return [json.loads(item.json) for item in response.items]
        return [json.loads(response.json)]


def members(body: dict, path: str) -> object:
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def registered(cell: Cell) -> None:
    request = cell.client.api.ListModesRequest(provider=cell.provider.name)
    listed = {mode.mode_name: mode for mode in cell.client.catalog.ListModes(request).modes}
    assert cell.provider.name in listed[cell.name].providers
    assert cell.provider.docs_url.startswith("https://")


def prepares(cell: Cell) -> None:
    call = cell.client.api.RenderRequest(request=cell.client.api.ExtractRequest(**cell.request()))
    rendered = cell.client.extraction.Render(call)
    cell.answered(cell.answer(RIGHT))
    cell.extract()
    (received,) = cell.sent()
    assert rendered.url == cell.upstream.url + received.path
    assert json.loads(rendered.body) == received.body
    # What asks for thoughts is not said to models that think anyway.
    fields = [field for field in cell.mode.api_fields if not field.startswith("thinking")]
    missing = [field for field in fields if members(received.body, field) is None]
    assert not missing, f"{missing} are not in the body"
    assert "name" in rendered.body and "age" in rendered.body, "the schema is nowhere"


def extracts(cell: Cell) -> None:
    cell.answered(cell.answer(RIGHT))
    response = cell.extract()
    assert response.valid
    assert (response.provider, response.mode_name) == (cell.provider.name, cell.name)
    assert len(response.attempts) == 1


def parses(cell: Cell) -> None:
    cell.answered(cell.answer(RIGHT))
    response = cell.extract()
    assert cell.values(response) == [json.loads(RIGHT)]
    used = (response.usage.input_tokens, response.usage.output_tokens)
    assert used == (protocols.INPUT_TOKENS, protocols.OUTPUT_TOKENS)


def reasks(cell: Cell) -> None:
    cell.answered(cell.answer(WRONG), cell.answer(RIGHT))
    response = cell.extract()
    assert cell.values(response) == [json.loads(RIGHT)]
    assert [issue.path.rsplit("/", 1)[-1] for issue in response.attempts[0].issues] == ["age"]
    first, second = (received.raw.decode() for received in cell.sent())
    assert "forty" not in first
    assert "forty" in second and "integer" in second, "it does not say what was wrong with what"


def errors(cell: Cell) -> None:
    cell.answered(fails(401))
    failure = expect_failure(cell.client, **cell.request())
    assert (failure.code.name, failure.reason) == ("FAILED_PRECONDITION", "PROVIDER_AUTH")
    assert failure.info.metadata["provider"] == cell.provider.name


def retries(cell: Cell) -> None:
    cell.answered(fails(503), cell.answer(RIGHT))
    response = cell.extract()
    assert [attempt.http_status for attempt in response.attempts] == [503, 200]
    assert {attempt.turn for attempt in response.attempts} == {1}
    first, second = (received.raw for received in cell.sent())
    assert first == second, "another request than the one that was lost"


def streams(cell: Cell) -> str:
    cell.answered(cell.answer(RIGHT))
    call = cell.client.api.ExtractStreamRequest(request=cell.client.api.ExtractRequest(**cell.request()))
    events = list(cell.client.extraction.ExtractStream(call, timeout=30))
    kinds = [event.WhichOneof("event") for event in events]
    assert kinds[0] == "started" and kinds[-1] == "result", kinds
    if cell.name == "PARALLEL_TOOLS":  # whole items
        items = [json.loads(event.item.json) for event in events if event.WhichOneof("event") == "item"]
        assert items == [json.loads(RIGHT)]
    else:
        assert "delta" in kinds
        assert cell.values(events[-1].result) == [json.loads(RIGHT)]
    (received,) = cell.sent()
    whole = (cell.provider.name, cell.name) in ASKED_FOR_WHOLE
    assert protocols.is_streamed(received) != whole
    return "whole" if whole else "yes"


def own(cell: Cell) -> None:
    """What sets the mode apart from the others."""
    cell.answered(cell.answer(RIGHT))
    cell.extract()
    (received,) = cell.sent()
    body = received.body
    asked_for = [place for place in FORMATS if members(body, place) is not None]
    assert ("tools" in body or "toolConfig" in body) == (cell.name in WITH_TOOLS)
    assert not asked_for or cell.name in ("JSON", "JSON_SCHEMA")
    SPECIAL.get(cell.name, lambda *_: None)(cell, received)


FORMATS = (
    "response_format",
    "format",
    "outputConfig",
    "output_config.format",
    "text.format",
    "generationConfig.responseMimeType",
    "generationConfig.responseJsonSchema",
)
FORCING = ("required", "REQUIRED", "any", "ANY")


def format_has_the_schema(_: Cell, received: Received) -> None:
    assert "age" in json.dumps([members(received.body, place) for place in FORMATS]), "it is in the prompt alone"


def nothing_is_forced(_: Cell, received: Received) -> None:
    """A model that is forced does not think."""
    choice = received.body.get("tool_choice", received.body.get("toolConfig", "auto"))
    mode = members(received.body, "toolConfig.functionCallingConfig.mode")
    assert choice not in FORCING and mode not in FORCING
    assert not isinstance(choice, dict) or choice.get("type", "auto") == "auto"


def is_the_responses_api(_: Cell, received: Received) -> None:
    assert received.path.endswith("/responses")
    assert "input" in received.body and "messages" not in received.body


def two_calls_are_two_items(cell: Cell, _: Received) -> None:
    both = (protocols.Call(RIGHT, "person", "call_1"), protocols.Call(TOWN, "place", "call_2"))
    cell.answered(protocols.Turn(calls=both))
    items = [(item.tool_name, json.loads(item.json)) for item in cell.extract().items]
    assert items == [("person", json.loads(RIGHT)), ("place", json.loads(TOWN))]


SPECIAL: dict[str, Callable[[Cell, Received], None]] = {
    "JSON_SCHEMA": format_has_the_schema,
    "REASONING_TOOLS": nothing_is_forced,
    "RESPONSES_TOOLS": is_the_responses_api,
    "PARALLEL_TOOLS": two_calls_are_two_items,
}

COLUMNS: list[Callable[[Cell], str | None]] = [
    registered,
    prepares,
    extracts,
    parses,
    reasks,
    errors,
    retries,
    streams,
    own,
]


def outcome(check: Callable[[Cell], str | None], cell: Cell) -> str:
    try:
        return check(cell) or "yes"
    except Exception as problem:  # whatever went wrong is the cell's text
        return f"{type(problem).__name__}: {problem}".replace("\n", " ")[:300]


def test_no_cell_of_the_checklist_is_empty(everyone, upstream, capsys):
    client = everyone
    providers = client.catalog.ListProviders(client.api.ListProvidersRequest()).providers
    assert [provider.name for provider in providers] == NAMES
    table: dict[tuple[str, str], dict[str, str]] = {}
    for provider in providers:
        for mode in provider.modes:
            cell = Cell(client, upstream, provider, mode)
            table[provider.name, mode.mode_name] = {check.__name__: outcome(check, cell) for check in COLUMNS}
    show(table, capsys)
    problems = {
        f"{provider} {mode} {column}": text
        for (provider, mode), row in table.items()
        for column, text in row.items()
        if text not in REASONS
    }
    assert not problems, json.dumps(problems, indent=1)
    assert len(table) > 130


def show(table: dict[tuple[str, str], dict[str, str]], capsys: pytest.CaptureFixture) -> None:
    columns = [check.__name__ for check in COLUMNS]
    lines = [f"{'provider':<20}{'mode':<18}" + "".join(f"{column:<11}" for column in columns)]
    for (provider, mode), row in table.items():
        cells = "".join(f"{row[column] if row[column] in REASONS else 'NO':<11}" for column in columns)
        lines.append(f"{provider:<20}{mode:<18}{cells}".rstrip())
    counts = collections.Counter(text if text in REASONS else "NO" for row in table.values() for text in row.values())
    lines.append(f"{len(table)} rows, {counts.total()} cells: {dict(counts)}")
    lines += [f"{word}: {reason}" for word, reason in REASONS.items()]
    with capsys.disabled():
        print("\n" + "\n".join(lines))
