"""toxiproxy, a proxy that others wrote to make networks bad, and the fixtures of tests that go through it."""

import json
import pathlib
import socket
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest

from support import environment
from support.daemon import wait_until


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Toxiproxy:
    """The proxy as a process of its own, driven by its HTTP API."""

    def __init__(self, program: pathlib.Path):
        port = free_port()
        self._api = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [program, "-host", "127.0.0.1", "-port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert wait_until(self._answers), "toxiproxy does not serve"

    def _answers(self) -> bool:
        try:
            self._call("GET", "/version")
        except OSError:
            return False
        return True

    def _call(self, method: str, path: str, body: dict | None = None) -> str:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._api + path, data, {"content-type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.read().decode()

    def between(self, upstream_url: str) -> "Wire":
        """A way to the upstream, without harm."""
        listen = f"127.0.0.1:{free_port()}"
        target = upstream_url.removeprefix("http://")
        self._call("POST", "/proxies", {"name": "wire", "listen": listen, "upstream": target, "enabled": True})
        return Wire(self._call, f"http://{listen}")

    def reset(self) -> None:
        self._call("POST", "/reset", {})

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class Wire:
    def __init__(self, call, url: str):
        self._call = call
        self.url = url

    def poison(self, kind: str, stream: str = "downstream", **attributes: int) -> None:
        """downstream: on the way from the provider."""
        toxic = {"name": kind, "type": kind, "stream": stream, "toxicity": 1.0, "attributes": attributes}
        self._call("POST", "/proxies/wire/toxics", toxic)

    def heal(self, kind: str) -> None:
        self._call("DELETE", f"/proxies/wire/toxics/{kind}")

    def cut(self) -> None:
        self._call("POST", "/proxies/wire", {"enabled": False})

    def mend(self) -> None:
        self._call("POST", "/proxies/wire", {"enabled": True})


@pytest.fixture(scope="module")
def toxiproxy() -> Iterator[Toxiproxy]:
    running = Toxiproxy(environment.require_tool("toxiproxy-server"))
    yield running
    running.close()
