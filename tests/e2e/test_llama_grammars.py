"""llama.cpp's converter, the real one: it makes a grammar of every schema lowered for it, and ignores no constraint
that was kept.
"""

import json
import sys
import urllib.error
import urllib.request

import pytest

from support import environment

sys.path.insert(0, str(environment.ROOT / "tests" / "conformance"))
import kept_constraints  # noqa: E402
import lowered_rows  # noqa: E402

# Of a schema from the field every so many, and so many constraints, but in the long tier.
SHARE_BY_DEFAULT = 10
CONSTRAINTS_BY_DEFAULT = 80
# What becomes of a pattern that the converter can't read.
ANY_TEXT = "root ::= string\n"


@pytest.fixture(scope="module")
def rows():
    environment.require_file(lowered_rows.DATA / lowered_rows.CORPORA[0], "real schemas")
    environment.require_file(lowered_rows.LOWER_ROWS, "lower_rows")
    return [row for row in lowered_rows.lower(lowered_rows.corpus_text(), "grammar") if "lowered" in row]


def grammar(llama, schema: dict) -> str:
    """Raises HTTPError where the server takes no such schema, or not the grammar that it made of it."""
    body = json.dumps({"prompt": "x", "n_predict": 1, "json_schema": schema}).encode()
    request = urllib.request.Request(f"{llama.url}/completion", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.loads(reply.read())["generation_settings"]["grammar"]


def ignores(llama, schema: dict, keyword: str) -> bool:
    """The grammar is the same without the constraint, or says of a pattern only that it is some text."""
    made = grammar(llama, schema)
    without = grammar(llama, {key: value for key, value in schema.items() if key != keyword})
    return made == without or (keyword == "pattern" and ANY_TEXT in made)


def test_llamacpp_makes_a_grammar_of_every_lowered_schema(rows, llama, full, capsys):
    refused = []
    asked = rows if full else rows[::SHARE_BY_DEFAULT]
    for row in asked:
        try:
            assert grammar(llama, row["lowered"])
        except urllib.error.HTTPError as error:
            refused.append(f"{row['id']}: {error.read().decode()[:200]}")
    with capsys.disabled():
        print(f"\nllama.cpp makes a grammar of {len(asked) - len(refused)} of {len(asked)} lowered schemas")
    assert not refused, refused[:10]


def test_llamacpp_ignores_no_constraint_that_was_kept(rows, llama, full, capsys):
    kept = kept_constraints.kept_constraints(row["lowered"] for row in rows)
    kept = kept if full else kept[:: max(1, len(kept) // CONSTRAINTS_BY_DEFAULT)]
    ignored = []
    for schema, keyword in kept:
        if ignores(llama, schema, keyword):
            ignored.append((schema, keyword))
    with capsys.disabled():
        print(f"\nllama.cpp: {len(kept)} different constraints kept, {len(ignored)} of them ignored")
    assert len(kept) >= CONSTRAINTS_BY_DEFAULT
    assert not ignored, ignored[:10]


@pytest.mark.parametrize(
    ("schema", "keyword"),
    [
        ({"type": "number", "minimum": 3}, "minimum"),
        ({"type": "string", "pattern": "^a+$", "maxLength": 3}, "maxLength"),
        ({"type": "string", "pattern": "a"}, "pattern"),
        ({"type": "string", "format": "email"}, "format"),
        ({"type": "integer", "multipleOf": 3}, "multipleOf"),
    ],
)
def test_what_the_subset_leaves_out_is_what_llamacpp_ignores(llama, schema, keyword):
    """The check itself: it sees an ignored constraint."""
    assert ignores(llama, schema, keyword)
