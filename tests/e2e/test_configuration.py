"""What an operator writes: one file, variables, flags; what is wrong is refused with its place."""

import re

import pytest

from support.daemon import run_daemon
from support.upstream import acme

REQUEST = {"model": "acme/acme-1", "schema": {"json_schema": "{}"}, "input": "1"}
DIAGNOSTIC_RE = re.compile(r"AddressSanitizer|runtime error")


def check_config(tmp_path, text: str, *arguments: str, **environment: str):
    file = tmp_path / "extractd.yaml"
    file.write_text(text)
    done = run_daemon("--config", str(file), *arguments, "check-config", environment_=environment)
    assert not DIAGNOSTIC_RE.search(done.stderr), done.stderr
    return done


def test_a_good_configuration_is_ok(tmp_path):
    done = check_config(tmp_path, "max_reasks: 2\nproviders:\n  acme:\n    base_url: https://x/v1\n")
    assert (done.returncode, done.stdout) == (0, "configuration ok\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("max_reask: 2\n", "extractd.yaml:1: max_reask: unknown setting; did you mean 'max_reasks'?"),
        ("log_level: info\nmax_reasks: many\n", "extractd.yaml:2: max_reasks: must be an integer"),
        ("max_reasks: 21\n", "extractd.yaml:1: max_reasks: must be 0…20"),
        ("max_reasks: [1, 2]\n", "max_reasks: must be an integer"),
        ("max_reasks: {a: 1}\n", "max_reasks: must be a single value or a list"),
        ("debug_mode: yes\n", "debug_mode: must be true or false"),
        ("log_level: loud\n", "log_level: must be debug, info, warn or error"),
        ("retry_on: [connect, tuesdays]\n", "retry_on: 'tuesdays' is none of connect,"),
        (
            "providers:\n  acme:\n    base_uri: x\n",
            "line 3: providers.acme.base_uri: unknown key; did you mean 'base_url'?",
        ),
        ("providers:\n  acme:\n    http2: 7\n", "providers.acme.http2: must be true or false"),
        ("providers:\n  acme:\n    base_url: https://x\n    modes: [TOOLS, TOOLZ]\n", "TOOLZ"),
        ("providers:\n  acme:\n    base_url: https://x\n    dialect: openai\n", "openai"),
        ("max_reasks: 2\n  listen: [\n", "not YAML"),
        ("- a list\n", "must be a block of settings"),
    ],
)
def test_a_wrong_configuration_is_refused_with_its_place(tmp_path, text, complaint):
    done = check_config(tmp_path, text)
    assert done.returncode == 1
    assert complaint in done.stderr
    assert not done.stdout


def test_every_problem_is_named_at_once(tmp_path):
    done = check_config(
        tmp_path, "max_reask: 2\nlog_level: loud\n", "--max-attempts", "0", EXTRACTD_DEBUG_MODE="perhaps"
    )
    for name in ("max_reask", "log_level", "max_attempts", "EXTRACTD_DEBUG_MODE"):
        assert name in done.stderr
    assert len(done.stderr.splitlines()) == 4


def test_a_variable_that_is_nearly_a_setting_is_refused(tmp_path):
    done = check_config(tmp_path, "", EXTRACTD_MAX_REASK="2")
    assert done.returncode == 1
    assert "EXTRACTD_MAX_REASKS" in done.stderr


def test_a_daemon_does_not_start_with_a_wrong_configuration(tmp_path):
    file = tmp_path / "extractd.yaml"
    file.write_text("max_reask: 2\n")
    done = run_daemon("--config", str(file))
    assert done.returncode == 1
    assert "did you mean 'max_reasks'?" in done.stderr


def test_an_address_that_others_reach_is_refused_without_tls():
    done = run_daemon("--listen", "0.0.0.0:0", "--admin-listen", "off")
    assert done.returncode == 1
    assert "allow_insecure_listen" in done.stderr


def test_flags_win_over_variables_over_the_file(start_daemon, upstream, connect):
    config = {"providers": acme(upstream), "max_reasks": 5, "max_attempts": 50, "max_transport_retries": 5}
    daemon = start_daemon(
        config,
        arguments=("--max-reasks", "1"),
        environment_={"EXTRACTD_MAX_REASKS": "3", "EXTRACTD_MAX_ATTEMPTS": "30"},
    )
    client = connect(daemon.address)
    render = client.api.RenderRequest(request=client.api.ExtractRequest(**REQUEST))
    retry = client.extraction.Render(render, timeout=10).effective_request.retry
    assert (retry.max_reasks, retry.max_attempts, retry.max_transport_retries) == (1, 30, 5)


def test_the_printed_table_of_settings_is_the_documented_one():
    printed = run_daemon("settings").stdout
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", printed, re.MULTILINE)
    assert len(rows) > 20
    assert all(variable == f"EXTRACTD_{name.upper()}" for name, variable in rows)
