"""Running the tools of the checks: where they are, and what it means if they are not there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SKIPPED = 77  # ctest shows it as skipped
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "extractd" / "tools"


def in_ci() -> bool:
    return os.environ.get("CI") == "true"


def find(name: str) -> str:
    """The tool's path. Without it the check ends: as skipped, or in CI as failed."""
    places = [str(_CACHE / "bin"), str(_CACHE / "python" / "bin"), os.environ.get("PATH", "")]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        print(f"skipped: there is no {name}; scripts/test.sh installs it")
        sys.exit(1 if in_ci() else SKIPPED)
    return found


def run(command: Sequence[str | Path], root: Path) -> int:
    """Runs a tool in `root`, its output going where ours goes; 1 if it finds anything."""
    sys.stdout.flush()
    done = subprocess.run([str(part) for part in command], cwd=root, check=False)
    return 1 if done.returncode else 0
