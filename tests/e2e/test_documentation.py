"""What the documents show works: their commands are run, their configuration is checked, their links lead somewhere."""

import json
import os
import pathlib
import re
import subprocess
from collections.abc import Iterator

import pytest

from support import environment
from support.daemon import run_daemon
from support.upstream import acme, calls

ADA = {"name": "Ada Lovelace", "age": 36, "city": "London"}
FENCE_RE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK_RE = re.compile(r"\[[^\]]*\]\((?P<target>[^)#\s]+)(#[^)]*)?\)")


def documents() -> Iterator[pathlib.Path]:
    yield from environment.ROOT.glob("*.md")
    yield from (environment.ROOT / "docs").rglob("*.md")


def blocks(document: str, language: str, word: str) -> list[str]:
    """The code blocks of a document that are in `language` and hold `word`."""
    text = (environment.ROOT / document).read_text()
    return [code for name, code in FENCE_RE.findall(text) if name == language and word in code]


@pytest.fixture(scope="module")
def daemon(start_module_daemon, upstream):
    upstream.answer = lambda _: calls(ADA)
    return start_module_daemon({"providers": acme(upstream), "default_model": "acme/acme-1"})


@pytest.fixture
def shell(daemon):
    """Runs a block as it stands, but for the address of the daemon and the build."""
    tools = f"{os.environ['PATH']}{os.pathsep}{environment.CACHE / 'tools' / 'bin'}"

    def run(block: str) -> str:
        block = block.replace("127.0.0.1:50051", daemon.address)
        block = block.replace("build/release", str(environment.BUILD))
        done = subprocess.run(
            ["bash", "-euc", block],
            cwd=environment.ROOT,
            env=os.environ | {"EXTRACTD_ADDRESS": daemon.address, "PATH": tools},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_the_grpcurl_call_of_the_readme_extracts(shell):
    environment.require_tool("grpcurl")
    (block,) = blocks("README.md", "sh", "grpcurl")
    response = json.loads(shell(block))
    assert response["valid"] is True
    assert json.loads(response["json"]) == ADA


def test_the_extractctl_calls_of_the_readme_work(shell):
    (block,) = blocks("README.md", "sh", "extractctl extract")
    shown = shell(block)
    assert json.loads(shown[: shown.index("}") + 1]) == ADA
    assert "PROVIDER" in shown


@pytest.mark.parametrize("document", ["docs/providers/README.md"])
def test_the_configuration_that_a_document_shows_is_right(tmp_path, document):
    shown = blocks(document, "yaml", "")
    assert shown
    for block in shown:
        file = tmp_path / "extractd.yaml"
        file.write_text(block)
        checked = run_daemon("--config", str(file), "check-config")
        assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("document", ["docs/adding-a-provider.md", "docs/configuration.md"])
def test_the_files_of_providers_that_a_document_shows_are_right(tmp_path, document):
    (shown,) = blocks(document, "yaml", "providers.d/")
    (tmp_path / "acme.yaml").write_text(shown)
    checked = run_daemon("--providers-dir", str(tmp_path), "check-config")
    assert checked.returncode == 0, checked.stderr


def test_every_link_leads_somewhere():
    broken = []
    for document in documents():
        for match in LINK_RE.finditer(document.read_text()):
            target = match["target"]
            if "://" not in target and not (document.parent / target).exists():
                broken.append(f"{document.relative_to(environment.ROOT)}: {target}")
    assert not broken, "\n".join(broken)
