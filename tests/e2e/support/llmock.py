"""llmock, a provider that others wrote, over its own HTTP endpoints, and the fixtures of tests that ask it."""

import json
import urllib.request

import pytest
from llmock.ratelimit import LimitSettings
from llmock.testing import LLMockServer


class Provider:
    def __init__(self, server: LLMockServer):
        self.server = server
        self.expected: set[str] = set()  # codes of findings that a test accounts for

    def _call(self, method: str, path: str, body: dict | None = None) -> dict:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.server.url}/_llmock{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)

    def reset(self) -> None:
        self._call("POST", "/reset", {})
        self.server.state.limiter.configure(LimitSettings())

    def queue(self, *behaviors: dict) -> None:
        self._call("POST", "/scenario", {"behaviors": list(behaviors)})

    def requests(self) -> list[dict]:
        return self._call("GET", "/requests")["requests"]

    def verdict(self) -> dict:
        return self._call("GET", "/verdict")


@pytest.fixture(scope="module")
def server():
    with LLMockServer() as running:
        yield running


@pytest.fixture
def provider(server):
    """Every test ends with the verdict of the provider: no error and no warning about its client."""
    provider = Provider(server)
    provider.reset()
    yield provider
    verdict = provider.verdict()
    assert verdict["attempts"] > 0
    assert [finding for finding in verdict["findings"] if finding["code"] not in provider.expected] == []
