"""Nothing lies around unused: sources are built, tests are run and test something that is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import tree

# Folders whose files CMake collects by itself.
COLLECTED = ("server/providers/defs/",)
# tests/unit/<folder>/<stem>_test.cc is about server/<folder>/<stem>.h or .cc.
UNIT_TESTS = "tests/unit/"


def lists_above(root: Path, path: Path) -> str:
    """The text of the CMakeLists.txt files from the file's folder up to the root."""
    folders = [folder for folder in path.parents if folder == root or root in folder.parents]
    lists = [folder / "CMakeLists.txt" for folder in folders]
    return "\n".join(item.read_text() for item in lists if item.exists())


def is_listed(name: str, lists: str) -> bool:
    """By its whole name, or by its stem as the argument of a function that adds the ending."""
    stem = re.sub(r"^test_|_(test|fuzz|bench)\.cc$|\.(cc|py)$", "", name)
    return bool(
        re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", lists)
        or re.search(rf"extractd_\w+\({re.escape(stem)}[\s)]", lists)
    )


def subject_exists(root: Path, place: str) -> bool:
    subject = root / "server" / place.removeprefix(UNIT_TESTS).removesuffix("_test.cc")
    return any(subject.with_name(subject.name + suffix).exists() for suffix in (".h", ".cc"))


def is_test_module(path: Path) -> bool:
    return path.name.startswith("test_") or path.name.endswith("_test.py")


def check(root: Path) -> Iterator[str]:
    for path in tree.files(root, tree.CODE_FOLDERS, (".cc",)):
        place = path.relative_to(root).as_posix()
        if not place.startswith(COLLECTED) and not is_listed(path.name, lists_above(root, path)):
            yield f"{place}: in no CMakeLists.txt, so that it is not built"
        if place.startswith(UNIT_TESTS) and place.endswith("_test.cc"):
            if not subject_exists(root, place):
                yield f"{place}: there is nothing of that name in server/ that it could test"
    for path in tree.files(root, ("tests",), (".py",)):
        place = path.relative_to(root).as_posix()
        if is_test_module(path) and not is_listed(path.name, lists_above(root, path)):
            yield f"{place}: in no CMakeLists.txt, so that it is not run"


if __name__ == "__main__":
    tree.main(__doc__, check)
