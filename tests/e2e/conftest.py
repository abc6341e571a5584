"""Fixtures of the end-to-end tests: what they share, and how it ends."""

import os
import types
from collections.abc import Callable, Iterator

import pytest

from support import environment
from support.daemon import Daemon
from support.llama import LlamaServer
from support.stubs import Client, generate
from support.upstream import Upstream


@pytest.fixture(scope="session")
def full() -> bool:
    """The long tier: EXTRACTD_TEST_FULL=1."""
    return os.environ.get("EXTRACTD_TEST_FULL") == "1"


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> types.SimpleNamespace:
    return generate(tmp_path_factory.mktemp("stubs"))


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    assert environment.DAEMON.exists(), f"build the daemon first: {environment.DAEMON}"


def _starter() -> Iterator[Callable[..., Daemon]]:
    """Starts daemons; all of them must end well."""
    started: list[Daemon] = []

    def start(config: dict, **options: object) -> Daemon:
        started.append(Daemon(config, **options))
        return started[-1]

    yield start
    failures = []
    for daemon in started:
        try:
            daemon.stop()
        except AssertionError as failure:
            failures.append(str(failure))
    assert not failures, "\n".join(failures)


@pytest.fixture
def start_daemon() -> Iterator[Callable[..., Daemon]]:
    yield from _starter()


@pytest.fixture(scope="module")
def start_module_daemon() -> Iterator[Callable[..., Daemon]]:
    """As start_daemon, for a daemon that the tests of a module share."""
    yield from _starter()


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture(scope="session")
def llama() -> Iterator[LlamaServer]:
    server = LlamaServer()
    yield server
    server.close()


@pytest.fixture
def connect(api: types.SimpleNamespace) -> Iterator[Callable[..., Client]]:
    """Makes clients of a daemon, by its address."""
    clients: list[Client] = []

    def make(address: str, **options: object) -> Client:
        clients.append(Client(api, address, **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
