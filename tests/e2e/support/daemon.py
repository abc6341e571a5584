"""A real extractd in a process of its own, as an operator would start it."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from support import environment
from support.capture import capture

PATIENCE_S = 30.0
SANITIZER_REPORTS = ("AddressSanitizer", "LeakSanitizer", "runtime error:", "ThreadSanitizer")


def wait_until(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> bool:
    end = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


class Daemon:
    """Runs until stop(). Listens on a free port and on a socket in its own directory unless `config` says otherwise."""

    def __init__(self, config: dict, environment_: dict[str, str] | None = None, arguments: tuple[str, ...] = ()):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="extractd-e2e-"))
        self.config_file = self.directory / "extractd.yaml"
        self.log_file = self.directory / "log"
        self.socket = f"unix:{self.directory / 'grpc.sock'}"
        self.config = {"listen": ["127.0.0.1:0", self.socket], "admin_listen": "127.0.0.1:0"} | config
        self.rewrite(self.config)
        command = [str(environment.DAEMON), "--config", str(self.config_file), *arguments]
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                command, stderr=log, stdin=subprocess.DEVNULL, env=environment.inherited() | (environment_ or {})
            )
        self._await_serving()

    def _await_serving(self) -> None:
        wait_until(lambda: self.events("serving") or self.process.poll() is not None)
        serving = self.events("serving")
        if not serving:
            raise AssertionError(f"the daemon does not serve (exit code {self.process.poll()}):\n{self.log()}")
        self.admin = serving[0]["admin"]
        addresses = [address.strip() for address in serving[0]["listen"].split(",")]
        self.address = next(address for address in addresses if not address.startswith("unix:"))

    def rewrite(self, config: dict | str) -> None:
        """Replaces the configuration file. JSON is YAML."""
        self.config_file.write_text(config if isinstance(config, str) else json.dumps(config, indent=1))

    def reload(self, config: dict | str) -> dict:
        """Replaces the configuration, sends SIGHUP and returns the log line that says what came of it."""
        before = len(self._reloads())
        self.rewrite(config)
        self.signal(signal.SIGHUP)
        assert wait_until(lambda: len(self._reloads()) > before), "no reload was logged"
        return self._reloads()[-1]

    def _reloads(self) -> list[dict]:
        return self.events("reloaded", "reload_refused")

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def lines(self) -> list[dict]:
        """The log so far, whole lines only. Fails if one is not a JSON object."""
        text = self.log()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def events(self, *names: str) -> list[dict]:
        try:
            return [line for line in self.lines() if line.get("event") in names]
        except json.JSONDecodeError:  # what it writes when it cannot start is for people
            return []

    def events_of(self, request_id: str, last: str = "call_ended") -> list[dict]:
        """The lines of one call, in their order; waits until `last` is there."""

        def found() -> list[dict]:
            return [line for line in self.lines() if line.get("request_id") == request_id]

        wait_until(lambda: any(line["event"] == last for line in found()), 10)
        return found()

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of an admin page."""
        try:
            with urllib.request.urlopen(f"http://{self.admin}{path}", timeout=10) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def wait(self, patience_s: float = PATIENCE_S) -> int:
        try:
            return self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the daemon did not end within {patience_s} s:\n{self.log()[-3000:]}") from None

    def stop(self) -> None:
        """Drains it, and fails if it ended otherwise than with 0 or a sanitizer complained."""
        try:
            self._capture_pages()
            if self.process.poll() is None:
                self.signal(signal.SIGTERM)
            code = self.wait()
            log = self.log()
            complaints = [word for word in SANITIZER_REPORTS if word in log]
            assert code == 0 and not complaints, f"exit code {code}, {complaints}:\n{log[-6000:]}"
        finally:
            self._remove()

    def _capture_pages(self) -> None:
        if self.process.poll() is not None or self.admin == "off":
            return
        for path in ("/metrics", "/debug/settings", "/debug/providers"):
            with contextlib.suppress(OSError):
                capture(f"{self.directory.name}-pages", self.get(path)[1])

    def _remove(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            capture(f"{self.directory.name}-log", self.log_file.read_bytes())
        shutil.rmtree(self.directory, ignore_errors=True)

    def kill(self) -> None:
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._remove()


def run_daemon(*arguments: str, environment_: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A run that ends by itself, such as check-config."""
    return subprocess.run(
        [str(environment.DAEMON), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=environment.inherited() | (environment_ or {}),
    )
