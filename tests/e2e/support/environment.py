"""Where the tests find what they drive. A tool that is missing skips its tests, and fails them where CI=true."""

import os
import pathlib
import shutil

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROTO = ROOT / "proto"
BUILD = pathlib.Path(os.environ.get("EXTRACTD_BUILD_DIR", ROOT / "build" / "dev"))
DAEMON = BUILD / "server" / "extractd"
EXTRACTCTL = BUILD / "client_sdk" / "cpp" / "extractctl"
DATA = pathlib.Path(os.environ.get("EXTRACTD_TEST_DATA") or ROOT.parent / "shared" / "data")
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "extractd"

# What a sanitizer needs to know; nothing else of the environment reaches a process under test.
INHERITED = (
    "PATH",
    "ASAN_OPTIONS",
    "ASAN_SYMBOLIZER_PATH",
    "LLVM_PROFILE_FILE",
    "LSAN_OPTIONS",
    "TSAN_OPTIONS",
    "UBSAN_OPTIONS",
)


def inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def missing(what: str) -> None:
    """Ends the test: skipped on a developer's machine, failed where CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing: {what}", pytrace=False)
    pytest.skip(f"missing: {what}")


def require_file(path: pathlib.Path | str | None, what: str) -> pathlib.Path:
    if not path or not pathlib.Path(path).exists():
        missing(what if not path else f"{what} ({path})")
    return pathlib.Path(path)


def require_tool(name: str) -> pathlib.Path:
    """A program in the PATH, or where scripts/tools.sh puts it."""
    return require_file(shutil.which(name) or CACHE / "tools" / "bin" / name, name)
