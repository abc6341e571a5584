"""The API's proto files pass buf's lint, as buf.yaml sets it."""

import sys

import tools
import tree


def main() -> int:
    root = tree.root_argument(__doc__)
    return tools.run([tools.find("buf"), "lint"], root)


if __name__ == "__main__":
    sys.exit(main())
