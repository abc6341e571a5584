"""Real providers, each in each of its modes: the checklist of test_checklist.py, as far as it can be asked of a provider
that nobody scripts. A cell is "yes", or a word of REASONS, or a failure.

Costs money, so that it runs only with `scripts/test.sh --live [PROVIDER[/MODEL]]`: without a name, the providers whose key
is in the environment. A base URL or a proxy in the environment counts as it does for the daemon.
"""

import collections
import json
import os
from collections.abc import Callable

import grpc
import jsonschema
import pytest
from support.extractions import CASES, Score
from support.providers import NAMES
from support.streams import example
from support.stubs import Client

CASE = CASES[0]
PLACE = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TIMEOUT_S = 180
ONLY, _, MODEL = os.environ.get("EXTRACTD_TEST_LIVE", "").partition("/")

REASONS = {
    "yes": "it does",
    "whole": "its answer came whole, as the provider or this mode does not stream",
    "reviewed": "several tools make no candidate that a caller reviews; their re-asks are in test_checklist.py",
    "keyless": "it was asked without a key, so that none can be wrong",
    "scripted": "nobody can have a real provider fail: test_checklist.py has it",
}


class Cell:
    """One mode of a provider, and what it costs to ask it."""

    def __init__(self, client: Client, strangers: Client | None, row: object, mode: object):
        self.client, self.strangers, self.row, self.mode = client, strangers, row, mode
        self.name = mode.mode_name
        self.several = self.name == "PARALLEL_TOOLS"
        self.score = Score()

    def request(self) -> dict:
        person = {"json_schema": json.dumps(CASE.schema)}
        tools = [
            {"name": "person", "description": "A person.", "schema": person},
            {"name": "place", "description": "A place.", "schema": {"json_schema": json.dumps(PLACE)}},
        ]
        what = {"tools": tools} if self.several else {"schema": person | {"name": "person"}}
        model = f"{self.row.name}/{MODEL or self.row.default_model}"
        return what | {"model": model, "mode_name": self.name, "input": CASE.text, "retry": {"max_reasks": 2}}

    def message(self) -> object:
        return self.client.api.ExtractRequest(**self.request())

    def judge(self, response: object, items: list) -> None:
        """What the checklist wants of any answer; `items`: of several tools."""
        assert response.valid
        assert (response.provider, response.mode_name) == (self.row.name, self.name)
        assert response.usage.input_tokens > 0
        assert response.usage.output_tokens > 0
        people = [item.json for item in items if item.tool_name == "person"] if self.several else [response.json]
        assert people, "nobody was found"
        for person in people:
            found = json.loads(person)
            jsonschema.validate(found, CASE.schema)
            self.score.add(found, CASE.expected)


def registered(cell: Cell) -> None:
    request = cell.client.api.ListModesRequest(provider=cell.row.name)
    listed = {mode.mode_name: mode for mode in cell.client.catalog.ListModes(request).modes}
    assert cell.row.name in listed[cell.name].providers


def prepares(cell: Cell) -> None:
    rendered = cell.client.extraction.Render(cell.client.api.RenderRequest(request=cell.message()))
    assert "city" in rendered.body, "the schema is nowhere"


def extracts(cell: Cell) -> None:
    response = cell.client.extract(timeout=TIMEOUT_S, **cell.request())
    cell.judge(response, response.items)


def reasks(cell: Cell) -> str:
    """A caller who rejects the first candidate makes every provider see the shape of a re-ask."""
    if cell.several:
        return "reviewed"
    module, _ = example("reviewed_extraction")
    seen = []

    def review(person: dict) -> list[tuple[str, str]]:
        seen.append(person)
        return [("/name", "must be written in capital letters")] if len(seen) == 1 else []

    response = module.extract_reviewed(cell.client.extraction, cell.client.api, cell.message(), review)
    jsonschema.validate(json.loads(response.json), CASE.schema)
    assert len(seen) == 2
    assert response.attempts[-1].turn >= 2
    return "yes"


def errors(cell: Cell) -> str:
    if cell.strangers is None:
        return "keyless"
    with pytest.raises(grpc.RpcError) as caught:
        cell.strangers.extract(timeout=TIMEOUT_S, **cell.request())
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION, caught.value.details()
    return "yes"


def retries(_: Cell) -> str:
    return "scripted"


def streams(cell: Cell) -> str:
    call = cell.client.api.ExtractStreamRequest(request=cell.message())
    events = list(cell.client.extraction.ExtractStream(call, timeout=TIMEOUT_S))
    kinds = collections.Counter(event.WhichOneof("event") for event in events)
    assert kinds["started"] >= 1 and events[-1].WhichOneof("event") == "result", kinds
    cell.judge(events[-1].result, [event.item for event in events if event.WhichOneof("event") == "item"])
    if cell.several:
        return "yes"
    assert kinds["delta"] >= 1
    return "yes" if kinds["delta"] > 1 else "whole"


def own(cell: Cell) -> None:
    """What sets the mode apart from the others."""
    if cell.several:
        response = cell.client.extract(timeout=TIMEOUT_S, **cell.request() | {"input": f"{CASE.text} Call both tools."})
        assert {item.tool_name for item in response.items} <= {"person", "place"}
        assert len(response.items) >= 2, "one call where two were asked for"
    elif cell.name == "REASONING_TOOLS":
        response = cell.client.extract(timeout=TIMEOUT_S, **cell.request() | {"include_thinking": True})
        cell.judge(response, [])


COLUMNS: list[Callable[[Cell], str | None]] = [
    registered,
    prepares,
    extracts,
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
        return f"{type(problem).__name__}: {problem}".replace("\n", " ")[:600]


def own_environment() -> dict[str, str]:
    """That of whoever runs the test, but for settings of a daemon of theirs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EXTRACTD_")}


@pytest.fixture(scope="module")
def client(start_module_daemon, api):
    client = Client(api, start_module_daemon({}, environment_=own_environment()).address)
    yield client
    client.close()


@pytest.fixture(scope="module")
def rows(client):
    return {row.name: row for row in client.catalog.ListProviders(client.api.ListProvidersRequest()).providers}


@pytest.fixture(scope="module")
def strangers(start_module_daemon, api, rows):
    """Of a daemon whose keys nobody knows."""
    wrong = {row.key_variable: "sk-of-nobody" for row in rows.values() if row.key_variable}
    client = Client(api, start_module_daemon({}, environment_=own_environment() | wrong).address)
    yield client
    client.close()


def chosen(row: object) -> None:
    """Skips the test, and names what is missing, unless the provider is to be asked."""
    has_key = bool(row.key_variable and os.environ.get(row.key_variable))
    if ONLY and row.name != ONLY:
        pytest.skip(f"{row.name}: only {ONLY} is asked")
    if not ONLY and not has_key:
        need = f"{row.key_variable} is not set" if row.key_variable else "it has no key"
        pytest.skip(f"{row.name}: {need}; scripts/test.sh --live {row.name} asks it all the same")
    if not (MODEL or row.default_model):
        pytest.skip(f"{row.name}: it has no default model; name one: scripts/test.sh --live {row.name}/MODEL")


@pytest.mark.parametrize("provider", NAMES)
def test_every_mode_does_what_the_checklist_wants(client, rows, request, provider, capsys):
    row = rows[provider]
    chosen(row)
    has_key = bool(row.key_variable and os.environ.get(row.key_variable))
    strangers = request.getfixturevalue("strangers") if has_key else None
    table = {}
    for mode in row.modes:
        cell = Cell(client, strangers, row, mode)
        cells = {check.__name__: outcome(check, cell) for check in COLUMNS}
        table[mode.mode_name] = cells | {"right": str(cell.score) if cell.score.total else "none"}
    show(provider, table, capsys)
    problems = {
        f"{mode} {column}": text
        for mode, cells in table.items()
        for column, text in cells.items()
        if column != "right" and text not in REASONS
    }
    assert table
    assert not problems, json.dumps(problems, indent=1)


def show(provider: str, table: dict[str, dict[str, str]], capsys: pytest.CaptureFixture) -> None:
    columns = [check.__name__ for check in COLUMNS]
    lines = [f"{provider:<18}" + "".join(f"{column:<11}" for column in columns) + "values that are right"]
    for mode, row in table.items():
        cells = "".join(f"{row[column] if row[column] in REASONS else 'NO':<11}" for column in columns)
        lines.append(f"{mode:<18}{cells}{row['right']}")
    used = {text for row in table.values() for text in row.values()} & REASONS.keys() - {"yes"}
    lines += [f"{word}: {REASONS[word]}" for word in sorted(used)]
    with capsys.disabled():
        print("\n" + "\n".join(lines))
