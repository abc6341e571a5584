"""Every shell script passes shellcheck."""

import sys
from pathlib import Path

import tools
import tree


def scripts(root: Path) -> list[Path]:
    others = [path for path in (root / ".ci" / "run",) if path.exists()]
    return [*tree.files(root, ("scripts", "tests", "deploy"), (".sh",)), *others]


def main() -> int:
    root = tree.root_argument(__doc__)
    return tools.run([tools.find("shellcheck"), "--external-sources", *scripts(root)], root)


if __name__ == "__main__":
    sys.exit(main())
