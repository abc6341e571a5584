"""What the scripts do when something is missing or goes wrong, with stand-ins for apt, sudo and the like."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Machine:
    """A PATH of the real tools and of stand-ins, and a home of its own."""

    def __init__(self, directory: Path):
        self.bin = directory / "bin"
        self.bin.mkdir()
        self.calls = directory / "calls"
        self.calls.touch()
        path = f"{self.bin}:/usr/bin:/bin"
        self.environment = {"PATH": path, "HOME": str(directory), "LANG": "C.UTF-8"}

    def stand_in(self, name: str, script: str) -> None:
        """A program of that name that notes its arguments and then runs `script`."""
        program = self.bin / name
        program.write_text(f'#!/bin/bash\necho "{name} $*" >>{self.calls}\n{script}\n')
        program.chmod(0o755)

    def bash(self, script: str, user: int | None = None) -> subprocess.CompletedProcess[str]:
        """`script` after scripts/lib.sh, without a terminal."""
        whole = f"set -euo pipefail; source {ROOT}/scripts/lib.sh; {script}"
        return subprocess.run(
            ["bash", "-c", whole], env=self.environment, user=user, capture_output=True,
            text=True, stdin=subprocess.DEVNULL, check=False, timeout=60,
        )  # fmt: skip

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "scripts" / script, *arguments], env=self.environment, capture_output=True,
            text=True, stdin=subprocess.DEVNULL, check=False, timeout=60,
        )  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def installed_are(machine: Machine, *names: str) -> None:
    """dpkg-query knows these packages and no others."""
    cases = "|".join(names) or "-"
    machine.stand_in("dpkg-query", f"case ${{@: -1}} in {cases}) echo -n installed ;; *) exit 1 ;; esac")


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to act as another user")


class TestPackages:
    def test_nothing_missing_means_that_nothing_is_called(self, machine):
        installed_are(machine, "one", "two")
        machine.stand_in("apt-get", "exit 1")
        machine.stand_in("sudo", "exit 1")
        done = machine.bash("install_packages one two")
        assert done.returncode == 0, done.stderr
        assert "apt-get" not in machine.calls.read_text()
        assert "sudo" not in machine.calls.read_text()

    @as_root
    def test_only_what_is_missing_is_installed_after_the_lists_are_read(self, machine):
        installed_are(machine, "one")
        machine.stand_in("apt-get", "exit 0")
        done = machine.bash("install_packages one two three")
        assert done.returncode == 0, done.stderr
        update, install = (line for line in machine.calls.read_text().splitlines() if "apt-get" in line)
        assert update.endswith("update")
        assert install.endswith("install --no-install-recommends two three")

    @as_root
    def test_a_failed_download_shows_the_end_of_the_log_and_says_what_to_do(self, machine):
        installed_are(machine)
        machine.stand_in("apt-get", "echo 'E: Failed to fetch http://mirror.invalid/one.deb'; exit 100")
        done = machine.bash("install_packages one")
        assert done.returncode == 1
        assert "Failed to fetch" in done.stderr
        assert "Check the network or the proxy" in done.stderr
        assert "the whole log is" in done.stderr

    @as_root
    def test_without_sudo_a_user_is_told_what_root_must_run(self, machine, tmp_path):
        tmp_path.chmod(0o755)
        for directory in tmp_path.parents:
            if directory.stat().st_uid == os.geteuid() and directory != Path("/"):
                directory.chmod(directory.stat().st_mode | 0o011)
        machine.calls.chmod(0o666)
        installed_are(machine)
        # A PATH without sudo.
        for tool in ("bash", "env", "dirname", "mkdir", "mktemp", "cat"):
            (machine.bin / tool).symlink_to(f"/usr/bin/{tool}")
        machine.stand_in("apt-get", "exit 1")
        machine.environment["PATH"] = str(machine.bin)
        done = machine.bash("install_packages one two", user=65534)
        assert done.returncode == 1
        assert "apt-get update && apt-get install --no-install-recommends one two" in done.stderr


class TestStep:
    def test_a_step_that_works_is_one_line(self, machine):
        done = machine.bash("step 'do it' 'a hint' echo much output")
        assert done.returncode == 0
        assert done.stderr == "== do it\n"
        assert done.stdout == ""

    def test_a_failure_inside_a_function_is_not_passed_over(self, machine):
        done = machine.bash("f() { false; echo went on; }; step 'do it' 'a hint' f; echo next")
        assert done.returncode == 1
        assert "went on" not in done.stderr
        assert "next" not in done.stdout
        assert "a hint" in done.stderr

    def test_a_long_step_says_that_it_lives(self, machine):
        machine.stand_in("sleep", '[[ $1 == 15 ]] && exec /usr/bin/sleep 0.3; exec /usr/bin/sleep "$1"')
        done = machine.bash("f() { echo '[7/9] building'; /usr/bin/sleep 1; }; step 'do it' hint f")
        assert done.returncode == 0
        assert "s: [7/9] building" in done.stderr


class TestArguments:
    @pytest.mark.parametrize("script", ["run.sh", "test.sh"])
    def test_help_says_how_to_call_it(self, machine, script):
        done = machine.run(script, "--help")
        assert done.returncode == 0
        assert f"scripts/{script} [--" in done.stdout
        assert "set -e" not in done.stdout

    @pytest.mark.parametrize("script", ["run.sh", "test.sh"])
    def test_an_unknown_argument_is_refused_before_anything_is_done(self, machine, script):
        done = machine.run(script, "--txet", "x")
        assert done.returncode == 1
        assert "unknown argument '--txet'" in done.stderr

    @pytest.mark.parametrize(
        ("arguments", "problem"),
        [
            (["--live", "nobody"], "there is no provider 'nobody'"),
            (["--live", "nobody/a-model"], "there is no provider 'nobody'"),
            (["--live", "vertexai-anthropic", "--full"], "--live and --full are two runs"),
        ],
    )
    def test_a_live_run_is_of_a_provider_that_there_is_and_a_run_of_its_own(self, machine, arguments, problem):
        done = machine.run("test.sh", *arguments)
        assert done.returncode == 1
        assert problem in done.stderr

    def test_a_missing_schema_is_named(self, machine):
        done = machine.run("run.sh", "--schema", "/nowhere.json")
        assert done.returncode == 1
        assert "there is no file /nowhere.json" in done.stderr

    def test_an_option_without_its_value_is_refused(self, machine):
        done = machine.run("run.sh", "--text")
        assert done.returncode == 1
        assert "--text needs a value" in done.stderr

    def test_stopping_what_does_not_run_is_fine(self, machine):
        assert machine.run("run.sh", "--stop").returncode == 0


class TestLocalModel:
    def test_a_failed_download_says_what_to_do_and_what_to_do_without(self, machine):
        machine.stand_in("dpkg-query", "echo -n installed")
        machine.environment |= {"PIP_INDEX_URL": "http://127.0.0.1:1/", "PIP_RETRIES": "0"}
        done = machine.run("llama.sh")
        assert done.returncode == 1
        assert "fetch llama.cpp's sources (36 MB): failed" in done.stderr
        assert "Check the network or the proxy" in done.stderr
        assert "set a provider's key" in done.stderr
        assert "--model-file" in done.stderr

    def test_what_is_in_the_cache_is_not_made_again(self, machine, tmp_path):
        machine.stand_in("dpkg-query", "echo -n installed")
        lines = (ROOT / "scripts" / "llama.sh").read_text().splitlines()
        value = dict(line.split("=", 1) for line in lines if line.startswith(("SOURCE_VERSION", "MODEL_SHA256")))
        cache = tmp_path / ".cache" / "extractd"
        server = cache / f"llama-server-{value['SOURCE_VERSION']}" / "llama-server"
        model = cache / "models" / f"gemma-3-270m-q4_k_m-{value['MODEL_SHA256'][:8]}.gguf"
        for path in (server, model):
            path.parent.mkdir(parents=True)
            path.touch(mode=0o755)
        done = machine.run("llama.sh")
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == [str(server), str(model)]


def test_a_process_that_ended_unnoticed_does_not_count_as_alive(machine, tmp_path):
    # This process never waits for its child, which therefore stays as a zombie.
    child = subprocess.Popen(["/bin/true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    pid_file = tmp_path / ".local" / "state" / "extractd" / "daemon.pid"
    pid_file.parent.mkdir(parents=True)
    pid_file.write_text(str(child.pid))
    script = f"source {ROOT}/scripts/run.sh; if alive daemon true; then echo alive; else echo gone; fi"
    assert machine.bash(script).stdout == "gone\n"
    child.wait()


class TestTools:
    @pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
    def test_a_tool_that_cannot_be_had_is_named_and_fails_only_in_ci(self, machine, ci, code):
        machine.environment["CI"] = ci
        script = f"source <(sed '/^mkdir -p/,$d;/^source/d' {ROOT}/scripts/tools.sh); do_without buf 'no npm'"
        done = machine.bash(script)
        assert done.returncode == code, done.stderr
        assert "buf" in done.stderr


def test_ci_runs_the_default_tier_and_nothing_else():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    assert len(commands) == 1
    assert commands[0].endswith('scripts/test.sh"')
