"""scripts/run.sh as a user meets it: which model it takes, what it starts, what it says.

It runs with the daemon of this build and without installing or building, in a home of its own.
"""

import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator

import pytest

from support import environment
from support.upstream import Upstream, fails, says

ADA = {"name": "Ada", "age": 36, "city": "London"}
WITHOUT_SET_UP = "install_packages() { :; }; build_preset() { :; }"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Home:
    """A user's home, and the ports that the daemon gets there."""

    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        self.port = free_port()
        # Nothing else of the environment: keys of the machine's user must not count.
        self.environment = environment.inherited() | {
            "HOME": str(directory),
            "EXTRACTD_LISTEN": f"127.0.0.1:{self.port}",
            "EXTRACTD_ADMIN_LISTEN": f"127.0.0.1:{free_port()}",
            "OLLAMA_HOST": "http://127.0.0.1:1",  # where nothing listens
        }

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        script = (
            f"source {environment.ROOT}/scripts/run.sh; {WITHOUT_SET_UP}; "
            f'DAEMON={environment.DAEMON} CTL={environment.EXTRACTCTL}; main "$@"'
        )
        return subprocess.run(
            ["bash", "-c", script, "run.sh", *arguments], env=self.environment | variables,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def state(self, name: str) -> pathlib.Path:
        return self.directory / ".local" / "state" / "extractd" / name

    def daemon(self) -> int:
        """The process that runs; 0 if none does."""
        try:
            pid = int(self.state("daemon.pid").read_text())
            os.kill(pid, 0)
        except (FileNotFoundError, ProcessLookupError):
            return 0
        return pid


@pytest.fixture
def home(tmp_path: pathlib.Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.run("--stop")


def object_of(done: subprocess.CompletedProcess[str]) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def openai_at(upstream: Upstream, key: str = "sk-one") -> dict[str, str]:
    return {"OPENAI_BASE_URL": f"{upstream.url}/v1", "OPENAI_API_KEY": key}


class TestKey:
    def test_the_provider_whose_key_is_set_gets_the_text(self, home, upstream):
        upstream.script(says(json.dumps(ADA)))
        done = home.run("--text", "Ada of London is 36", **openai_at(upstream))
        assert object_of(done) == ADA
        assert "model: openai/" in done.stderr
        (received,) = upstream.requests
        assert received.headers["authorization"] == "Bearer sk-one"
        assert "Ada of London is 36" in received.raw.decode()

    def test_the_daemon_outlives_the_script_and_is_used_again(self, home, upstream):
        upstream.script(says(json.dumps(ADA)))
        object_of(home.run(**openai_at(upstream)))
        first = home.daemon()
        assert first
        object_of(home.run(**openai_at(upstream)))
        assert home.daemon() == first

    def test_another_key_is_used_from_then_on(self, home, upstream):
        upstream.script(says(json.dumps(ADA)))
        object_of(home.run(**openai_at(upstream)))
        object_of(home.run(**openai_at(upstream, key="sk-two")))
        assert upstream.requests[-1].headers["authorization"] == "Bearer sk-two"

    def test_no_key_is_written_down(self, home, upstream):
        upstream.script(says(json.dumps(ADA)))
        done = home.run(**openai_at(upstream, key="sk-very-secret"))
        object_of(done)
        written = [path.read_text(errors="replace") for path in home.directory.rglob("*") if path.is_file()]
        assert not any("sk-very-secret" in text for text in [done.stdout, done.stderr, *written])

    def test_a_schema_of_ones_own_is_used(self, home, upstream, tmp_path):
        schema = tmp_path / "total.json"
        schema.write_text('{"type":"object","properties":{"total":{"type":"number"}},"required":["total"]}')
        upstream.script(says('{"total": 12.5}'))
        assert object_of(home.run("--schema", str(schema), **openai_at(upstream))) == {"total": 12.5}

    def test_a_refused_key_is_an_error_that_says_where_to_look(self, home, upstream):
        upstream.script(fails(401, "wrong key", "invalid_api_key"))
        done = home.run(**openai_at(upstream))
        assert done.returncode == 1
        assert "the extraction failed" in done.stderr
        assert "docs/errors.md" in done.stderr
        assert home.daemon()


class OllamaAndChat(http.server.BaseHTTPRequestHandler):
    """An Ollama with an embedding model and a chat model."""

    def reply(self, body: dict) -> None:
        text = json.dumps(body, separators=(",", ":")).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        self.reply({"models": [{"name": "nomic-embed-text:latest"}, {"name": "qwen3:0.6b", "model": "qwen3:0.6b"}]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.models.append(asked["model"])
        message = {"role": "assistant", "content": json.dumps(ADA)}
        self.reply({"message": message, "done": True, "done_reason": "stop"})

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def ollama() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OllamaAndChat)
    server.models = []
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_without_a_key_a_running_ollama_and_its_chat_model_are_used(home, ollama):
    done = home.run(OLLAMA_HOST=f"http://127.0.0.1:{ollama.server_address[1]}")
    assert object_of(done) == ADA
    assert "model: ollama/qwen3:0.6b" in done.stderr
    assert ollama.models == ["qwen3:0.6b"]


def test_a_key_goes_before_ollama(home, ollama, upstream):
    upstream.script(says(json.dumps(ADA)))
    done = home.run(OLLAMA_HOST=f"http://127.0.0.1:{ollama.server_address[1]}", **openai_at(upstream))
    assert "model: openai/" in done.stderr
    assert not ollama.models


def test_a_model_that_the_user_names_goes_before_all(home, upstream):
    upstream.script(says(json.dumps(ADA)))
    done = home.run(EXTRACTD_DEFAULT_MODEL="openai/my-own", **openai_at(upstream))
    object_of(done)
    assert upstream.requests[0].body["model"] == "my-own"


def test_stop_ends_the_daemon_well(home, upstream):
    upstream.script(says(json.dumps(ADA)))
    object_of(home.run(**openai_at(upstream)))
    done = home.run("--stop")
    assert "stopped extractd" in done.stderr
    assert not home.daemon()
    assert '"event":"stopped"' in home.state("daemon.log").read_text().replace(" ", "")


def test_a_daemon_that_died_is_started_again(home, upstream):
    upstream.script(says(json.dumps(ADA)))
    object_of(home.run(**openai_at(upstream)))
    first = home.daemon()
    os.kill(first, signal.SIGKILL)
    object_of(home.run(**openai_at(upstream)))
    assert home.daemon() not in (0, first)


def test_a_port_that_is_taken_is_named(home, upstream):
    with socket.socket() as other:
        other.bind(("127.0.0.1", home.port))
        other.listen()
        done = home.run(**openai_at(upstream))
    assert done.returncode == 1
    assert f"something else listens on 127.0.0.1:{home.port}" in done.stderr
    assert "EXTRACTD_LISTEN=" in done.stderr


def test_a_model_file_that_is_not_there_is_named(home):
    done = home.run("--model-file", "/nowhere.gguf")
    assert done.returncode == 1
    assert "there is no file /nowhere.gguf" in done.stderr
