"""The checklist for real providers, proven without one: a scripted provider stands at the address that the provider's
variable names."""

import json
import os
import subprocess
import sys

import pytest
from support import environment, protocols
from support.extractions import CASES
from support.upstream import Received, Reply, Upstream, json_reply

KEY = "sk-of-the-rehearsal"
PERSON = json.dumps(CASES[0].expected)
CITY = json.dumps({"city": CASES[0].expected["city"]})


class Rehearsed:
    """A model that knows the answer; `breaks` is what it does wrong."""

    def __init__(self, upstream: Upstream):
        self.upstream, self.breaks = upstream, ""
        upstream.answer = self.answer

    def answer(self, received: Received) -> Reply:
        if received.headers.get("authorization") != f"Bearer {KEY}":
            return json_reply({"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}, 401)
        return protocols.write(self.turn(received.body), received)

    def turn(self, body: dict) -> protocols.Turn:
        names = [tool.get("function", tool)["name"] for tool in body.get("tools", [])]
        if not names:
            asked_again = any(message["role"] == "assistant" for message in body["messages"])
            if self.breaks == "re-asks" and asked_again:
                return protocols.says("no")
            return protocols.says(PERSON if "response_format" in body else f"```json\n{PERSON}\n```")
        if names == ["person", "place"]:
            both = (protocols.Call(PERSON, "person", "call_1"), protocols.Call(CITY, "place", "call_2"))
            return protocols.Turn(calls=both[:1] if self.breaks == "calls" else both)
        return protocols.calls(PERSON, name=names[0])


@pytest.fixture
def rehearsed(upstream):
    return Rehearsed(upstream)


def run_live(upstream: Upstream, only: str = "", key: str = KEY) -> subprocess.CompletedProcess[str]:
    known = ("PATH", "HOME", "LANG", "XDG_CACHE_HOME", "EXTRACTD_SOURCE_DIR", "EXTRACTD_BUILD_DIR")
    variables = {name: os.environ[name] for name in known if name in os.environ}
    variables |= {name: value for name, value in os.environ.items() if "SAN" in name}
    variables |= {"OPENAI_BASE_URL": f"{upstream.url}/v1", "EXTRACTD_TEST_LIVE": only, "PYTHONDONTWRITEBYTECODE": "1"}
    if key:
        variables["OPENAI_API_KEY"] = key
    test = environment.ROOT / "tests" / "e2e" / "test_live.py"
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "--color=no", "-p", "no:cacheprovider", str(test)]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=240, check=False)


def test_a_provider_whose_key_is_there_is_asked_in_each_mode(upstream, rehearsed):
    done = run_live(upstream)
    assert done.returncode == 0, done.stdout
    for mode in ("JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS", "RESPONSES_TOOLS"):
        (line,) = [line for line in done.stdout.splitlines() if line.startswith(f"{mode} ")]
        assert line.count("yes") >= 6, line
        assert "NO" not in line
    assert "1 passed" in done.stdout
    assert "groq: GROQ_API_KEY is not set" in done.stdout
    assert "vertexai: it has no key; scripts/test.sh --live vertexai asks it all the same" in done.stdout


@pytest.mark.parametrize(("breaks", "cell"), [("re-asks", "JSON_SCHEMA reasks"), ("calls", "PARALLEL_TOOLS own")])
def test_what_a_provider_does_wrong_fails_its_cell(upstream, rehearsed, breaks, cell):
    rehearsed.breaks = breaks
    done = run_live(upstream, "openai")
    assert done.returncode == 1
    assert f'"{cell}": ' in done.stdout


def test_the_one_that_is_named_is_asked_alone_and_its_missing_key_is_said(upstream, rehearsed):
    done = run_live(upstream, "openai", key="")
    assert done.returncode == 1
    assert "OPENAI_API_KEY" in done.stdout, "the failure names the variable"
    assert "groq: only openai is asked" in done.stdout
