"""TOON against JSON in tokens, as real tokenizers count them: OpenAI's two, and the one of a model under llama.cpp."""

import json
import statistics
import urllib.request

import bpe_openai
import pytest

from support.tables import uniform_tables

LEAST_MEDIAN = 0.45  # saved against indented JSON
TOLERANCE = 0.25  # of our estimate, as a share of the tokens of the compact JSON


@pytest.fixture(scope="module")
def daemon(start_module_daemon):
    return start_module_daemon({})


@pytest.fixture
def forms(daemon, connect):
    """Of each table: indented JSON, compact JSON, TOON, and the tokens that the daemon says are saved."""
    client = connect(daemon.address)
    rows = []
    for table in uniform_tables().values():
        compact = json.dumps(table, separators=(",", ":"), ensure_ascii=False)
        reply = client.json.EncodeToon(client.api.EncodeToonRequest(json=compact), timeout=10)
        decoded = client.json.DecodeToon(client.api.DecodeToonRequest(toon=reply.toon), timeout=10)
        assert json.loads(decoded.json) == table
        rows.append((json.dumps(table, indent=2, ensure_ascii=False), compact, reply.toon, reply.saved_tokens))
    return rows


def report(name: str, forms: list[tuple], count, capsys) -> float:
    """Prints what TOON saves, median over the tables; the figure against indented JSON."""
    against_indented, against_compact = [], []
    for indented, compact, toon, _ in forms:
        tokens = count(toon)
        against_indented.append(1 - tokens / count(indented))
        against_compact.append(1 - tokens / count(compact))
    median = statistics.median(against_indented)
    with capsys.disabled():
        print(
            f"\n{name}, {len(forms)} tables: median {median:.1%} saved against indented JSON "
            f"({min(against_indented):.1%} to {max(against_indented):.1%}), "
            f"{statistics.median(against_compact):.1%} against compact JSON "
            f"({min(against_compact):.1%} to {max(against_compact):.1%})"
        )
    return median


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
def test_tables_cost_about_half_the_tokens_of_openai_models(forms, encoding, capsys):
    tokenizer = bpe_openai.get_encoding(encoding)
    assert len(forms) >= 20
    assert report(encoding, forms, lambda text: len(tokenizer.encode(text)), capsys) >= LEAST_MEDIAN


def test_tables_cost_about_half_the_tokens_of_a_local_model(forms, llama, capsys):
    def count(text: str) -> int:
        body = json.dumps({"content": text}).encode()
        request = urllib.request.Request(f"{llama.url}/tokenize", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as reply:
            return len(json.load(reply)["tokens"])

    assert report("gemma-3-270m under llama.cpp", forms, count, capsys) >= LEAST_MEDIAN


def test_the_estimate_of_what_is_saved_is_near_the_truth(forms):
    tokenizer = bpe_openai.get_encoding("o200k_base")
    for _, compact, toon, estimate in forms:
        before = len(tokenizer.encode(compact))
        saved = before - len(tokenizer.encode(toon))
        assert abs(estimate - saved) <= TOLERANCE * before
