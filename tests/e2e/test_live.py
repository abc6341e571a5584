"""Real providers: those whose key is in the environment, each with one extraction as a user would ask for it.

Costs money, so that it runs only with `scripts/test.sh --live`. A base URL or a proxy in the environment counts as it
does for the daemon.
"""

import json
import os

import jsonschema
import pytest

from support import environment
from support.extractions import CASES, Score

PROVIDERS = sorted(file.stem for file in (environment.ROOT / "server" / "providers" / "defs").glob("*.cc"))
CASE = CASES[0]


@pytest.fixture(scope="module")
def daemon(start_module_daemon):
    """With the environment of whoever runs the test, but for settings of a daemon of theirs."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("EXTRACTD_")}
    return start_module_daemon({}, environment_=own)


@pytest.fixture
def client(connect, daemon):
    return connect(daemon.address)


@pytest.fixture
def rows(client):
    return {row.name: row for row in client.catalog.ListProviders(client.api.ListProvidersRequest()).providers}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_extraction_in_the_default_mode_is_valid(client, rows, provider, capsys):
    row = rows[provider]
    if not os.environ.get(row.key_variable):
        pytest.skip(f"{provider}: {row.key_variable} is not set")
    response = client.extract(
        model=f"{provider}/{row.default_model}", schema={"json_schema": json.dumps(CASE.schema)}, input=CASE.text, timeout=120
    )
    found = json.loads(response.json)
    score = Score()
    score.add(found, CASE.expected)
    with capsys.disabled():
        print(f"\n{provider}, {response.mode_name}, {response.model}: {score}, {len(response.attempts)} attempts")
    assert response.valid
    jsonschema.validate(found, CASE.schema)
    assert response.usage.input_tokens > 0
    assert response.usage.output_tokens > 0
    assert row.configured
