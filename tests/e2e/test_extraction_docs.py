"""Documents with known answers, through the daemon and a real model: each answer is valid, or named as cut."""

import collections
import json

import grpc
import jsonschema
import pytest

from support import environment
from support.errors import failure_of
from support.llama import MODEL_NAME

ROWS_BY_DEFAULT = 20
ROWS_IN_FULL = 500
MAX_OUTPUT_TOKENS = 150


def _rows(name: str) -> list[dict]:
    file = environment.require_file(environment.DATA / "extraction-docs" / name, f"test data {name}")
    return [json.loads(line) for line in file.read_text().splitlines()]


def function_calls() -> list[dict]:
    """Requests that need one call of the one function there is: its parameters are the schema."""
    rows = [row for row in _rows("bfcl.jsonl") if len(row["tools"]) == len(row.get("gold", ())) == 1]
    return [
        {
            "id": row["id"],
            "schema": row["tools"][0]["parameters"],
            "messages": [(message["role"], message["content"]) for message in row["messages"]],
            "acceptable": row["gold"][0]["acceptable"],
        }
        for row in rows
    ]


def utterances() -> list[dict]:
    """Requests to an assistant with the words that fill its slots; each slot is a list of strings."""
    return [
        {
            "id": row["id"],
            "schema": row["schema"],
            "messages": [("user", row["text"])],
            "acceptable": {slot: [words] for slot, words in row["gold"].items()},
        }
        for row in _rows("snips.jsonl")
    ]


def spread(rows: list[dict], count: int) -> list[dict]:
    """`count` rows, evenly from the first to the last."""
    return [rows[i * len(rows) // count] for i in range(min(count, len(rows)))]


def normal(value: object) -> object:
    if isinstance(value, list):
        return [normal(element) for element in value]
    return value.strip(" .").casefold() if isinstance(value, str) else value


def right_fields(found: dict, acceptable: dict) -> int:
    """Fields with one of their acceptable values; "" among them: the field may be left out."""
    right = 0
    for name, values in acceptable.items():
        missing_is_right = name not in found and "" in values
        right += missing_is_right or any(normal(found.get(name)) == normal(value) for value in values)
    return right


@pytest.fixture(scope="module")
def daemon(start_module_daemon, llama):
    return start_module_daemon({}, environment_={"LLAMACPP_BASE_URL": llama.url})


def extract(client, row: dict):
    """The response, or the reason of the failure."""
    roles = {"system": client.api.ROLE_SYSTEM, "user": client.api.ROLE_USER}
    messages = [client.api.Message(role=roles[role], parts=[{"text": text}]) for role, text in row["messages"]]
    try:
        return client.extract(
            model=MODEL_NAME,
            schema={"json_schema": json.dumps(row["schema"])},
            messages=messages,
            generation={"max_output_tokens": MAX_OUTPUT_TOKENS},
            timeout=300,
        )
    except grpc.RpcError as error:
        return failure_of(error, client.api)


@pytest.mark.parametrize(("name", "load"), [("function calls", function_calls), ("utterances", utterances)])
def test_every_document_is_answered_validly_or_named_as_cut(daemon, connect, full, capsys, name, load):
    client = connect(daemon.address)
    rows = spread(load(), (ROWS_IN_FULL if full else ROWS_BY_DEFAULT) // 2)
    outcomes: collections.Counter[str] = collections.Counter()
    unexpected = []
    right = fields = 0
    for row in rows:
        answer = extract(client, row)
        outcome = "valid" if hasattr(answer, "json") else answer.reason
        outcomes[outcome] += 1
        if outcome == "valid":
            found = json.loads(answer.json)
            jsonschema.validate(found, row["schema"])
            right += right_fields(found, row["acceptable"])
            fields += len(row["acceptable"])
        elif outcome != "OUTPUT_TRUNCATED":
            unexpected.append(f"{row['id']}: {outcome}: {answer.message}")
    with capsys.disabled():
        share = f"{right} of {fields} fields right ({right / max(fields, 1):.0%})"
        print(f"\n{name}: {len(rows)} documents, {dict(outcomes)}, {share}")
    assert not unexpected, "\n".join(unexpected)
    assert outcomes["valid"] >= len(rows) // 2
