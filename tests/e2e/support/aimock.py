"""aimock, a provider that others wrote: one server for many protocols, whose answers are fixtures."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.request

from support import environment
from support.daemon import wait_until

LISTENING_RE = re.compile(r"listening on (http://\S+)")


class AiMock:
    """Runs from the moment it is made until close(). What no fixture matches is an error."""

    def __init__(self, fixtures: list[dict]):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="extractd-aimock-"))
        self.fixtures = fixtures
        (self.directory / "config.json").write_text(json.dumps({"port": 0, "strict": True, "llm": {}}))
        command = [str(environment.require_tool("aimock")), "--config", str(self.directory / "config.json")]
        self.log_file = self.directory / "log"
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        found = wait_until(lambda: bool(LISTENING_RE.search(self._log())) or self.process.poll() is not None)
        listening = LISTENING_RE.search(self._log())
        assert found and listening, f"aimock does not listen:\n{self._log()}"
        self.url = listening[1]
        self.reset()

    def _log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def _call(self, method: str, path: str, body: dict | None = None) -> object:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/__aimock{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.loads(reply.read() or b"null")

    def journal(self) -> list[dict]:
        """Every request since reset(): path, body as it understood it, response with its status."""
        return self._call("GET", "/journal")

    def reset(self) -> None:
        """Forgets the requests, and how often each fixture answered."""
        self._call("POST", "/reset")
        self._call("POST", "/fixtures", {"fixtures": self.fixtures})

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.directory, ignore_errors=True)
