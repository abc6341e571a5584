"""vLLM's grammar engine, the real one: it makes a grammar of every schema lowered for it, takes the valid values
of the caller's schema as answers, and ignores no constraint that was kept.
"""

import json
import sys
import types
from collections import Counter
from typing import Any

import kept_constraints
import lowered_rows
import pytest

pytestmark = pytest.mark.skipif(not lowered_rows.has_data(), reason="EXTRACTD_TEST_DATA names no test data")
# Longer ones take the engine seconds.
MAX_ANSWER_BYTES = 20_000


class _Absent(types.ModuleType):
    """Stands for a package whose names are imported and not used: no tensor is made here."""

    def __getattr__(self, name: str) -> type:
        return type(name, (), {"__init__": lambda self, *_, **__: None})


@pytest.fixture(scope="module")
def engine() -> Any:
    pytest.importorskip("tvm_ffi", reason="scripts/tools.sh fetches xgrammar")
    for name in ("torch", "transformers"):
        sys.modules.setdefault(name, _Absent(name))
    import xgrammar
    from xgrammar import testing

    return types.SimpleNamespace(
        grammar=lambda schema: xgrammar.Grammar.from_json_schema(json.dumps(schema, ensure_ascii=False)),
        accepts=testing._is_grammar_accept_string,
    )


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [row for row in lowered_rows.lower(lowered_rows.corpus_text(), "xgrammar") if "lowered" in row]


def test_it_makes_a_grammar_of_every_lowered_schema_and_takes_the_valid_values(engine, rows) -> None:
    found = Counter[str]()
    faults = []
    for row in rows:
        try:
            grammar = engine.grammar(row["lowered"])
        except RuntimeError as error:
            faults.append(f"{row['id']}: {error}")
            continue
        for answer in row["answers"]:
            text = json.dumps(answer, ensure_ascii=False)
            if len(text) > MAX_ANSWER_BYTES:
                found["left out for their size"] += 1
            elif engine.accepts(grammar, text):
                found["accepted"] += 1
            elif row["narrows"]:
                found["refused where the lowering says that it narrows"] += 1
            else:
                faults.append(f"{row['id']}: refuses {text[:200]}")
    print(f"xgrammar: a grammar of each of {len(rows)} lowered schemas; of the valid values {dict(found)}")
    assert not faults, f"{len(faults)}: {faults[:10]}"
    assert found["accepted"] > 500


def test_it_ignores_no_constraint_that_was_kept(engine, rows) -> None:
    kept = kept_constraints.kept_constraints(row["lowered"] for row in rows)
    ignored = []
    for schema, keyword in kept:
        without = {key: value for key, value in schema.items() if key != keyword}
        if str(engine.grammar(schema)) == str(engine.grammar(without)):
            ignored.append((schema, keyword))
    print(f"xgrammar: {len(kept)} different constraints kept, {len(ignored)} of them ignored")
    assert not ignored, ignored[:10]
    assert len(kept) > 100


def test_what_the_subset_leaves_out_is_what_it_ignores(engine) -> None:
    """The check itself: it sees an ignored constraint, and a value that is not valid."""
    both = {"type": "string", "pattern": "^a+$", "maxLength": 3}
    assert str(engine.grammar(both)) == str(engine.grammar({"type": "string", "pattern": "^a+$"}))
    assert not engine.accepts(engine.grammar(both), '"b"')
