"""Runs pytest files for ctest, in the Python environment that scripts/tools.sh makes.

    run_pytest.py FILE... [pytest's options]

Exit codes: pytest's; 77, which ctest shows as skipped, if the environment is not there or every test
was skipped. Where CI=true nothing may be skipped: both are failures.
"""

import os
import sys
from pathlib import Path

SKIPPED = 77


def tools_directory() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "extractd" / "tools"


def in_ci() -> bool:
    return os.environ.get("CI") == "true"


def enter_environment() -> int:
    """Goes on in the environment's Python; returns only if there is none."""
    python = tools_directory() / "python" / "bin" / "python"
    if not python.exists():
        print(f"skipped: there is no {python}; scripts/tools.sh makes it")
        return 1 if in_ci() else SKIPPED
    path = os.pathsep.join([str(tools_directory() / "bin"), str(python.parent), os.environ["PATH"]])
    os.environ.update(PATH=path, EXTRACTD_PYTEST="entered", PYTHONDONTWRITEBYTECODE="1")
    os.execv(python, [str(python), *sys.argv])


class Outcomes:
    """Counts what the tests came to."""

    def __init__(self) -> None:
        self.passed = 0
        self.skipped = 0

    def pytest_runtest_logreport(self, report) -> None:
        self.passed += report.when == "call" and report.passed
        self.skipped += report.skipped


def run(arguments: list[str]) -> int:
    import pytest

    outcomes = Outcomes()
    fixed = ["-q", "-rs", "--color=no", "-p", "no:cacheprovider", "--durations=5", "--durations-min=1"]
    status = pytest.main([*fixed, *arguments], plugins=[outcomes])
    if status == 0 and outcomes.skipped and in_ci():
        print(f"{outcomes.skipped} skipped: nothing may be skipped in CI")
        return 1
    if status == 0 and not outcomes.passed:
        return SKIPPED
    return int(status)


if __name__ == "__main__":
    if os.environ.pop("EXTRACTD_PYTEST", "") != "entered":
        sys.exit(enter_environment())
    sys.exit(run(sys.argv[1:]))
