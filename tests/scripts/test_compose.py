"""docker-compose.yml keeps what the container promises, and names only what the daemon knows."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("EXTRACTD_BUILD_DIR") or ROOT / "build" / "dev")
DAEMON = BUILD / "server" / "extractd"
RECIPE = (ROOT / "deploy" / "docker" / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def services() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


@pytest.fixture(scope="module")
def environment(services) -> dict[str, str]:
    """Of extractd, as it is when the caller's environment holds nothing; values that are passed on left out."""
    given = services["extractd"]["environment"]
    return {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value) for name, value in given.items() if value is not None}


def test_the_container_has_no_more_rights_than_it_needs(services):
    extractd = services["extractd"]
    assert extractd["read_only"] is True
    assert extractd["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in extractd["security_opt"]
    user = re.findall(r"^USER (\d+):(\d+)$", RECIPE, re.MULTILINE)[-1]
    assert user != ("0", "0")
    assert f"/run/extractd:uid={user[0]},gid={user[1]}" in extractd["tmpfs"][0]


def test_only_this_machine_reaches_it(services):
    for service in services.values():
        for port in service.get("ports", []):
            assert str(port).startswith("127.0.0.1:")


def test_the_daemon_takes_its_settings(environment):
    done = subprocess.run(
        [DAEMON, "check-config"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_key_of_a_built_in_provider_is_passed_on(services):
    done = subprocess.run([DAEMON, "providers"], env={}, capture_output=True, text=True, check=True)
    rows = (line.split("\t") for line in done.stdout.splitlines())
    needed = {variable for _, variable, state, *_ in rows if state != "optional"}
    assert needed
    passed_on = {name for name, value in services["extractd"]["environment"].items() if value is None}
    assert passed_on == needed


def test_the_drain_has_time_to_end(services):
    done = subprocess.run([DAEMON, "settings"], env={}, capture_output=True, text=True, check=True)
    grace_ms = int(re.search(r"\| `drain_grace_ms` .*?\| `(\d+)` \|", done.stdout)[1])
    assert int(services["extractd"]["stop_grace_period"].removesuffix("s")) * 1000 > grace_ms
