"""extractctl for whoever runs the daemon: what happens, what a reload changes, what the caches hold."""

import json
import subprocess

import pytest

from support import environment
from support.daemon import wait_until
from support.upstream import acme, calls

FINE, FAILED, MISUSED = 0, 1, 2
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
SETTINGS = {"default_model": "acme/acme-1", "max_reasks": 0}


@pytest.fixture
def daemon(start_daemon, upstream):
    return start_daemon(SETTINGS | {"providers": acme(upstream)})


@pytest.fixture
def command(daemon):
    environment_ = environment.inherited() | {"EXTRACTD_ADDRESS": daemon.address}
    return lambda *arguments: {"args": [str(environment.EXTRACTCTL), *arguments], "env": environment_, "text": True}


@pytest.fixture
def ctl(command):
    return lambda *arguments: subprocess.run(**command(*arguments), capture_output=True, timeout=60, check=False)


def extract(ctl, tmp_path) -> None:
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(SCHEMA))
    ctl("extract", "--schema", str(file), "--text", "Ada")


def watch(command, daemon, *arguments: str) -> subprocess.Popen:
    watcher = subprocess.Popen(**command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert wait_until(lambda: bool(daemon.events("watcher_came")))
    return watcher


def test_events_are_lines_for_people(command, ctl, daemon, upstream, tmp_path):
    upstream.script(calls({}))
    watcher = watch(command, daemon, "events", "--kind", "parse-error", "--kind", "final-failure", "--count", "2")
    extract(ctl, tmp_path)
    said, complaints = watcher.communicate(timeout=30)
    assert watcher.returncode == FINE, complaints
    first, second = said.splitlines()
    assert " parse_error " in first
    assert "acme/acme-1 #1 invalid" in first
    assert " final_failure " in second
    assert "OUTPUT_INVALID" in second


def test_events_are_json_for_pipes(command, ctl, daemon, upstream, tmp_path):
    upstream.script(calls({"name": "Ada"}))
    watcher = watch(command, daemon, "--json", "events", "--provider", "acme", "--count", "2")
    extract(ctl, tmp_path)
    said, _ = watcher.communicate(timeout=30)
    request, response = (json.loads(line) for line in said.splitlines())
    assert request["kind"] == "EVENT_KIND_REQUEST"
    assert response["kind"] == "EVENT_KIND_RESPONSE"
    assert response["request_id"] == request["request_id"]


def test_an_unknown_kind_of_event_is_a_wrong_command(ctl):
    done = ctl("events", "--kind", "party")
    assert done.returncode == MISUSED
    assert "no kind of event 'party'" in done.stderr


def test_reload_says_what_changed_and_check_changes_nothing(ctl, daemon, upstream):
    daemon.rewrite(daemon.config | {"max_reasks": 2, "loops": 3})
    checked = ctl("reload", "--check")
    assert checked.returncode == FINE, checked.stderr
    assert "  max_reasks\n" in checked.stdout
    assert "  loops (needs a restart)\n" in checked.stdout
    assert ctl("reload").stdout == checked.stdout
    assert ctl("reload").stdout.splitlines() == checked.stdout.splitlines()[:1]


def test_a_bad_configuration_is_refused_by_its_line(ctl, daemon):
    daemon.rewrite("max_reask: 2\n")
    done = ctl("reload")
    assert done.returncode == FAILED
    assert "did you mean 'max_reasks'?" in done.stderr


def test_caches_show_what_they_hold(ctl, upstream, tmp_path):
    upstream.script(calls({"name": "Ada"}))
    extract(ctl, tmp_path)
    done = ctl("caches")
    assert done.returncode == FINE, done.stderr
    assert done.stdout.startswith("schema: 1 entries, ")
    assert " 1 misses, " in done.stdout
