"""What the checks share: the files of a tree, C++ without its comments, and how problems are told."""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

CODE_FOLDERS = ("server", "client_sdk", "tests")
CODE_SUFFIXES = (".cc", ".h")
REPOSITORY = Path(__file__).resolve().parents[2]


def files(root: Path, folders: Iterable[str], suffixes: tuple[str, ...]) -> Iterator[Path]:
    """The files below `folders` of `root` that end so, sorted; paths from the root of the disk."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path


def code(root: Path, folders: Iterable[str] = CODE_FOLDERS) -> Iterator[Path]:
    return files(root, folders, CODE_SUFFIXES)


_COMMENT_OR_STRING = re.compile(
    r'R"(?P<tag>[^()\\ ]{0,16})\((?:.|\n)*?\)(?P=tag)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
    r"|//[^\n]*|/\*(?:.|\n)*?\*/"
)


def without_comments(text: str) -> str:
    """C++ with comments blanked out; lines keep their numbers, strings stay."""

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        return re.sub(r"[^\n]", " ", found) if found.startswith(("//", "/*")) else found

    return _COMMENT_OR_STRING.sub(blank, text)


def string_literals(text: str) -> Iterator[tuple[int, str]]:
    """(line number, contents) of each plain string literal of C++."""
    for match in _COMMENT_OR_STRING.finditer(text):
        found = match.group()
        if found.startswith('"'):
            yield text.count("\n", 0, match.start()) + 1, found[1:-1]


def root_argument(description: str) -> Path:
    """The tree that the command line names; ours if it names none."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("root", nargs="?", type=Path, default=REPOSITORY, help="the tree to check")
    return parser.parse_args().root.resolve()


def main(description: str, check: Callable[[Path], Iterable[str]]) -> None:
    """Runs `check` on a tree and prints the problems that it yields; exits with 1 if there are any."""
    problems = list(check(root_argument(description)))
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else "no problems")
    sys.exit(1 if problems else 0)
