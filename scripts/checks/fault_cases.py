"""docs/reliability.md lists the forty faults, each with tests that are there."""

import re
from collections.abc import Iterator
from pathlib import Path

import tree

PAGE = "docs/reliability.md"
CASES = range(1, 41)
# What only stores can suffer: there are none.
WITHOUT_TESTS = {34, 35, 36}
_ROW = re.compile(r"^\| (?P<number>\d+) \|(?P<rest>.*)\|$", re.MULTILINE)
_NAME = re.compile(r"`(Case(\d+)_\w+)`")
_TEST = re.compile(r"TEST(?:_F|_P)?\(\s*\w+,\s*(Case\d+_\w+)\s*\)")


def row_problems(number: int, rest: str, there: set[str]) -> Iterator[str]:
    named = _NAME.findall(rest)
    if not named and number not in WITHOUT_TESTS:
        yield f"{PAGE}: case {number} names no test"
    for name, of in named:
        if int(of) != number:
            yield f"{PAGE}: case {number} names {name}"
        elif name not in there:
            yield f"{PAGE}: there is no test {name}"


def check(root: Path) -> Iterator[str]:
    there = {name for path in tree.files(root, ("tests",), (".cc",)) for name in _TEST.findall(path.read_text())}
    rows = {int(row["number"]): row["rest"] for row in _ROW.finditer((root / PAGE).read_text())}
    for number in CASES:
        if number in rows:
            yield from row_problems(number, rows[number], there)
        else:
            yield f"{PAGE}: case {number} is not listed"


if __name__ == "__main__":
    tree.main(__doc__, check)
