"""The recipes of container images pass hadolint."""

import sys

import tools
import tree


def main() -> int:
    root = tree.root_argument(__doc__)
    recipes = sorted((root / "deploy").rglob("Dockerfile*"))
    return tools.run([tools.find("hadolint"), "--failure-threshold", "warning", *recipes], root)


if __name__ == "__main__":
    sys.exit(main())
