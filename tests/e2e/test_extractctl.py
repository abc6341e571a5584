"""extractctl from a shell: answers on stdout, what is said about them on stderr, exit codes for scripts."""

import json
import os
import pty
import re
import subprocess

import pytest

from support import environment
from support.upstream import Reply, acme, calls, fails

FINE, FAILED, MISUSED = 0, 1, 2
KEY = "sk-canary-ctl-2291"
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name", "age"],
}
ADA = {"name": "Ada", "age": 36}
ESCAPE = "\x1b["


@pytest.fixture(scope="module")
def daemon(start_module_daemon, upstream, tmp_path_factory):
    prices = tmp_path_factory.mktemp("prices") / "prices.json"
    prices.write_text(json.dumps({"prices": [{"provider": "acme", "model": "acme-1", "input": 2.5, "output": 10}]}))
    return start_module_daemon(
        {
            "prices_file": str(prices),
            "providers": acme(
                upstream, key_variable="ACME_API_KEY", docs_url="https://acme.example/docs", pull_path="/api/pull"
            ),
            "default_model": "acme/acme-1",
        },
        environment_={"ACME_API_KEY": KEY},
    )


@pytest.fixture(scope="module")
def schema_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("schema") / "person.json"
    file.write_text(json.dumps(SCHEMA))
    return str(file)


@pytest.fixture
def ctl(daemon):
    def run(*arguments: str, stdin: str = "", address: str = daemon.address) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(environment.EXTRACTCTL), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment.inherited() | {"EXTRACTD_ADDRESS": address},
        )

    return run


def message_of(done: subprocess.CompletedProcess[str]) -> dict:
    """The one message that --json prints."""
    assert done.stdout.count("\n") == 1, done.stdout
    return json.loads(done.stdout)


# extract


def test_extract_prints_the_object_alone_and_tells_the_rest_on_stderr(ctl, upstream, schema_file):
    upstream.script(calls(ADA))
    done = ctl("extract", "--schema", schema_file, "--text", "Ada is 36.")
    assert done.returncode == FINE
    assert done.stdout == '{\n  "name": "Ada",\n  "age": 36\n}\n'
    said = r"✓ valid · acme/acme-1 · TOOLS · 1 attempt · 11 in, 7 out tokens · \$0\.000098 · \d+\.\d s\n"
    assert re.fullmatch(said, done.stderr)
    assert "Ada is 36." in json.dumps(upstream.requests[0].body)


def test_extract_says_when_a_model_has_no_price(ctl, upstream, schema_file):
    upstream.script(calls(ADA))
    done = ctl("extract", "--schema", schema_file, "--text", "Ada is 36.", "--model", "acme/acme-2")
    assert "11 in, 7 out tokens · cost unknown · " in done.stderr


def test_extract_json_is_the_whole_response_in_one_line(ctl, upstream, schema_file):
    upstream.script(calls(ADA))
    response = message_of(ctl("extract", "--schema", schema_file, "--text", "x", "--json"))
    assert json.loads(response["json"]) == ADA
    assert response["valid"] is True
    assert response["attempts"][0]["outcome"] == "ATTEMPT_OUTCOME_VALID"


def test_extract_reads_the_text_from_standard_input(ctl, upstream, schema_file):
    upstream.script(calls(ADA))
    assert ctl("extract", "--schema", schema_file, stdin="Ada, piped, 36").returncode == FINE
    assert "Ada, piped, 36" in json.dumps(upstream.requests[0].body)


def test_extract_makes_one_object_of_each_file(ctl, upstream, schema_file, tmp_path):
    texts = {"a.txt": "Ada is 36.", "b.txt": "Bob is 40."}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    upstream.script(calls(ADA), calls({"name": "Bob", "age": 40}))
    done = ctl("extract", "--schema", schema_file, "--json", *(str(tmp_path / name) for name in texts))
    assert done.returncode == FINE
    assert [json.loads(json.loads(line)["json"])["name"] for line in done.stdout.splitlines()] == ["Ada", "Bob"]
    assert all(name in done.stderr for name in texts)
    for text, received in zip(texts.values(), upstream.requests, strict=True):
        assert text in json.dumps(received.body)


def test_extract_hands_on_its_options(ctl, upstream, schema_file):
    upstream.script(calls(ADA))
    done = ctl(
        "extract",
        "--schema",
        schema_file,
        "--text",
        "x",
        "--model",
        "acme/acme-2",
        "--mode",
        "tools",
        "--system",
        "Be exact.",
        "--max-output-tokens",
        "55",
        "--temperature",
        "0.5",
    )
    assert done.returncode == FINE, done.stderr
    body = upstream.requests[0].body
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("acme-2", 55, 0.5)
    assert body["messages"][0] == {"role": "system", "content": "Be exact."}


def test_adapt_reads_a_schema_from_standard_input(ctl):
    schema = {"type": "object", "properties": {"tags": {"type": "array", "uniqueItems": True, "items": {"type": "string"}}}}
    done = ctl("adapt", "--model", "openai/gpt-6-luna", stdin=json.dumps(schema))
    assert done.returncode == FINE, done.stderr
    lowered = json.loads(done.stdout)
    assert (lowered["required"], lowered["additionalProperties"]) == (["tags"], False)
    assert lowered["properties"]["tags"]["type"] == ["array", "null"]
    assert "uniqueItems at '/properties/tags'" in done.stderr


def test_extract_that_stays_invalid_lists_issues_and_attempts(ctl, upstream, schema_file):
    upstream.script(calls({"name": "Ada", "age": -1}))
    done = ctl("extract", "--schema", schema_file, "--text", "x", "--max-reasks", "1")
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert done.stderr.startswith("OUTPUT_INVALID: the answer is still invalid after 2 turns\n")
    assert "attempt 2 (turn 2)" in done.stderr
    assert "✗ /age:" in done.stderr
    assert re.search(r"request [0-9A-Z]{26}", done.stderr)


def test_extract_best_effort_prints_the_answer_and_still_fails(ctl, upstream, schema_file):
    upstream.script(calls({"name": "Ada", "age": -1}))
    done = ctl("extract", "--schema", schema_file, "--text", "x", "--max-reasks", "0", "--best-effort")
    assert done.returncode == FAILED
    assert json.loads(done.stdout) == {"name": "Ada", "age": -1}
    assert "✗ not valid" in done.stderr


# validate and parse


@pytest.mark.parametrize(
    ("instance", "code", "said"),
    [
        ('{"name":"Ada","age":36}', FINE, "valid\n"),
        ('{"name":"Ada","age":-1}', FAILED, "/age"),
        ('{"name":"Ada",}', FAILED, "not valid\n"),
    ],
)
def test_validate_judges_json(ctl, schema_file, instance, code, said):
    done = ctl("validate", "--schema", schema_file, stdin=instance)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


def test_validate_json_lists_the_issues(ctl, schema_file):
    done = ctl("validate", "--schema", schema_file, "--json", "--text", '{"age":"x"}')
    assert done.returncode == FAILED
    issues = message_of(done)["issues"]
    assert {(issue.get("path", ""), issue["keyword"]) for issue in issues} == {("", "required"), ("/age", "type")}


def test_parse_finds_and_mends_the_answer_and_lists_what_it_did(ctl, schema_file):
    text = 'Sure!\n```json\n{"name": "Ada", "age": 36,}\n```\nAnything else?'
    done = ctl("parse", "--schema", schema_file, "--text", text)
    assert done.returncode == FINE
    assert json.loads(done.stdout) == ADA
    assert "~ trailing_comma: «" in done.stderr


def test_parse_needs_leave_to_lose_something(ctl, schema_file):
    text = '{"name": "Ada", "age": 36, "age": 37}'
    assert ctl("parse", "--schema", schema_file, "--text", text).returncode == FAILED
    lossy = ctl("parse", "--schema", schema_file, "--text", text, "--lossy")
    assert lossy.returncode == FINE
    assert "(lossy)" in lossy.stderr


def test_parse_json_is_the_whole_response(ctl, schema_file):
    response = message_of(
        ctl("parse", "--schema", schema_file, "--json", "--text", "```\n" + json.dumps(ADA) + "\n```")
    )
    assert response["valid"] is True
    assert json.loads(response["json"]) == ADA


# providers, modes, render


def test_providers_is_a_table_of_who_is_ready(ctl):
    done = ctl("providers")
    assert done.returncode == FINE
    head, *rows = done.stdout.splitlines()
    assert head.split("  ")[0] == "PROVIDER"
    cells = {row.split()[0]: row for row in rows}
    assert re.search(r"acme\s+ready\s+acme-1\s+TOOLS, JSON_SCHEMA, JSON, MD_JSON, PARALLEL_TOOLS, REASONING_TOOLS\s+config$", cells["acme"])
    assert "set OPENAI_API_KEY" in cells["openai"]
    assert len({row.index("built-in") for name, row in cells.items() if name != "acme"}) == 1, "columns are not aligned"


def test_lists_in_json(ctl):
    providers = message_of(ctl("providers", "--json"))["providers"]
    assert {"acme", "openai"} <= {provider["name"] for provider in providers}
    modes = message_of(ctl("modes", "--json"))["modes"]
    assert [mode["mode_name"] for mode in modes] == [
        "JSON",
        "JSON_SCHEMA",
        "MD_JSON",
        "PARALLEL_TOOLS",
        "REASONING_TOOLS",
        "RESPONSES_TOOLS",
        "TOOLS",
    ]


def test_models_is_a_table_of_what_they_can(ctl):
    done = ctl("models", "--provider", "cohere", "--can", "reasoning")
    assert done.returncode == FINE
    head, *rows = done.stdout.splitlines()
    assert head.split("  ")[0] == "MODEL"
    assert [row.split()[0] for row in rows] == ["cohere/command-a-plus-05-2026"]
    assert "vision, reasoning" in rows[0]
    assert "128000" in rows[0]


def test_models_are_all_pages_in_one(ctl):
    models = message_of(ctl("models", "--json"))["models"]
    assert len(models) > 100
    assert {"acme/acme-1", "openai/gpt-6-luna"} <= {f"{model['provider']}/{model['model']}" for model in models}


def test_an_unknown_capability_is_a_misuse(ctl):
    done = ctl("models", "--can", "telepathy")
    assert done.returncode == MISUSED
    assert "telepathy" in done.stderr


def pulls(*lines: dict) -> Reply:
    return Reply("".join(json.dumps(line) + "\n" for line in lines).encode())


def test_pull_shows_its_progress_and_its_end(ctl, upstream):
    upstream.script(
        pulls({"status": "pulling manifest"}, {"status": "pulling 6a07", "total": 5 << 20, "completed": 2 << 20}, {"status": "success"})
    )
    done = ctl("pull", "acme/qwen3:8b")
    assert done.returncode == FINE, done.stderr
    assert done.stderr.splitlines()[-1] == "success"
    assert "pulling 6a07: 2 of 5 MiB" in done.stderr
    assert not done.stdout
    assert upstream.requests[0].body == {"model": "qwen3:8b", "stream": True}


def test_pull_in_json_is_a_message_a_line(ctl, upstream):
    upstream.script(pulls({"status": "pulling manifest"}, {"status": "success"}))
    lines = [json.loads(line) for line in ctl("--json", "pull", "acme/qwen3").stdout.splitlines()]
    assert lines[-1] == {"status": "success", "done": True} | {
        name: lines[-1][name] for name in lines[-1] if name not in ("status", "done")
    }


def test_a_pull_that_fails_says_why(ctl, upstream):
    upstream.script(pulls({"error": "pull model manifest: file does not exist"}))
    done = ctl("pull", "acme/nothing")
    assert done.returncode == FAILED
    assert "UNKNOWN_MODEL" in done.stderr
    assert "file does not exist" in done.stderr
    for wrong in ("qwen3", "/qwen3", "acme/"):
        assert ctl("pull", wrong).returncode == MISUSED


def test_modes_is_a_table_with_meanings(ctl):
    done = ctl("modes")
    assert done.returncode == FINE
    assert re.search(r"^TOOLS .*One forced tool call", done.stdout, re.MULTILINE)


def test_render_shows_the_request_without_sending_it_and_without_the_key(ctl, upstream, schema_file):
    upstream.script(calls(ADA))
    done = ctl("render", "--schema", schema_file, "--text", "Ada is 36.", "--mode", "JSON_SCHEMA")
    assert done.returncode == FINE
    head, _, body = done.stdout.partition("\n\n")
    assert head.splitlines()[0] == f"POST {upstream.url}/chat/completions"
    assert "authorization: [redacted]" in head
    assert json.loads(body)["response_format"]["json_schema"]["schema"] == SCHEMA
    assert KEY not in done.stdout + done.stderr
    assert not upstream.requests


def test_render_is_byte_for_byte_what_is_sent(ctl, upstream, schema_file):
    upstream.script(calls(ADA))
    arguments = ("--schema", schema_file, "--text", "Ada is 36.")
    rendered = message_of(ctl("render", *arguments, "--json"))
    ctl("extract", *arguments)
    assert rendered["body"].encode() == upstream.requests[0].raw
    assert rendered["effective_request"]["retry"]["max_reasks"] == 3


# What goes wrong


def test_an_unknown_provider_names_the_nearest(ctl, schema_file):
    done = ctl("extract", "--schema", schema_file, "--text", "x", "--model", "acne/x")
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert done.stderr.startswith("UNKNOWN_PROVIDER: ")
    assert "acme" in done.stderr


def test_every_bad_field_is_shown(ctl, schema_file):
    done = ctl("extract", "--schema", schema_file, "--text", "x", "--temperature", "9", "--max-reasks", "99")
    assert done.returncode == FAILED
    assert "INVALID_REQUEST: " in done.stderr
    assert "  generation.temperature: " in done.stderr
    assert "  retry.max_reasks: " in done.stderr


def test_a_rate_limit_says_when_to_come_back(ctl, upstream, schema_file):
    upstream.script(fails(429, headers={"retry-after": "300"}))
    done = ctl("extract", "--schema", schema_file, "--text", "x")
    assert done.returncode == FAILED
    assert "PROVIDER_RATE_LIMITED: " in done.stderr
    assert "try again in 300000 ms" in done.stderr


def test_a_missing_key_names_variable_and_documentation(ctl, schema_file):
    done = ctl("extract", "--schema", schema_file, "--text", "x", "--model", "openai/gpt-x")
    assert done.returncode == FAILED
    assert "CREDENTIALS_MISSING: " in done.stderr
    assert "OPENAI_API_KEY" in done.stderr
    assert "see https://" in done.stderr


def test_a_failure_in_json_is_one_object_too(ctl, schema_file):
    done = ctl("extract", "--schema", schema_file, "--text", "x", "--model", "acne/x", "--json")
    assert done.returncode == FAILED
    failure = message_of(done)
    assert failure["reason"] == "UNKNOWN_PROVIDER"
    assert failure["code"] == "NOT_FOUND"
    assert failure["metadata"]["nearest"] == "acme"
    assert failure["request_id"]


def test_no_daemon_is_said_so_at_once(ctl, schema_file):
    done = ctl("extract", "--schema", schema_file, "--text", "x", address="127.0.0.1:1")
    assert done.returncode == FAILED
    assert "127.0.0.1:1" in done.stderr
    assert "NO_ANSWER" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "subcommand"),
        (("extract", "--text", "x"), "--schema"),
        (("extract", "--schema", "/nowhere.json", "--text", "x"), "cannot read '/nowhere.json'"),
        (("validate", "--text", "x"), "--schema"),
        (("extrct",), "extrct"),
        (("providers", "--tables"), "--tables"),
    ],
)
def test_a_wrong_command_is_told_apart(ctl, arguments, said):
    done = ctl(*arguments)
    assert done.returncode == MISUSED
    assert said in done.stderr


@pytest.mark.parametrize("command", ["extract", "render", "validate", "parse", "providers", "modes"])
def test_each_command_has_help(ctl, command):
    done = ctl(command, "--help")
    assert done.returncode == FINE
    assert "Usage" in done.stdout


# Looks


def on_a_terminal(*arguments: str, **variables: str) -> str:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [str(environment.EXTRACTCTL), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
        env=environment.inherited() | variables,
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(master)
    assert process.wait(30) == FINE
    return shown.decode()


def test_colours_are_for_terminals_that_want_them(daemon, upstream, ctl, schema_file):
    upstream.script(calls(ADA))
    arguments = ("extract", "--schema", schema_file, "--text", "x")
    address = {"EXTRACTD_ADDRESS": daemon.address}
    assert ESCAPE in on_a_terminal(*arguments, **address)
    assert ESCAPE not in on_a_terminal(*arguments, **address, NO_COLOR="1")
    assert ESCAPE not in on_a_terminal(*arguments, "--json", **address)
    piped = ctl(*arguments)
    assert ESCAPE not in piped.stdout + piped.stderr
