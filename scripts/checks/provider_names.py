"""A provider is a row: outside server/providers/ the daemon's code never asks for one by its name."""

import re
from collections.abc import Iterator
from pathlib import Path

import tree

ROWS = "server/providers/"
# Files that may: names of modes that others used, which carry providers' names, and names of
# subsets, some of which are the name of the provider whose rules they are.
EXEMPT = ("server/registry/mode_names.cc", "server/schema/lower/subset.cc")
_NAME = re.compile(r'\.name\s*=\s*"([^"]+)"')
_ALIASES = re.compile(r"\.aliases\s*=\s*\{([^}]*)\}")


def names(root: Path) -> set[str]:
    """Names and aliases of the built-in rows."""
    found: set[str] = set()
    for path in tree.files(root, (ROWS + "defs",), (".cc",)):
        text = tree.without_comments(path.read_text())
        found.update(_NAME.findall(text))
        for aliases in _ALIASES.findall(text):
            found.update(re.findall(r'"([^"]+)"', aliases))
    return found


def check(root: Path) -> Iterator[str]:
    providers = names(root)
    if not providers:
        yield f"{ROWS}defs: no provider rows found; this check has lost what it looks for"
    for path in tree.code(root, ("server",)):
        place = path.relative_to(root).as_posix()
        if place.startswith(ROWS) or place in EXEMPT:
            continue
        for line, literal in tree.string_literals(path.read_text()):
            # Headers and schemas of companies stand below their names.
            if literal.endswith((".h", ".proto")):
                continue
            # "name" or "name/model" is an address of the provider; in a sentence it is only a word.
            name = literal.partition("/")[0].lower()
            if name in providers:
                yield f'{place}:{line}: "{literal}" names a provider; make it a field of the row'


if __name__ == "__main__":
    tree.main(__doc__, check)
