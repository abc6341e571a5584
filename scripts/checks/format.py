"""Every C++ file is as clang-format leaves it."""

import sys

import tools
import tree


def main() -> int:
    root = tree.root_argument(__doc__)
    command = [tools.find("clang-format-19"), "--dry-run", "--Werror", *tree.code(root)]
    return tools.run(command, root)


if __name__ == "__main__":
    sys.exit(main())
