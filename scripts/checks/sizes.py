"""No file and no function grows past what one can hold in mind. Needs lizard (scripts/tools.sh)."""

from collections.abc import Iterator
from pathlib import Path

import tree

MAX_FILE_LINES = 400
MAX_TEST_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 6
# Branches; a switch counts once, however many cases it has.
MAX_COMPLEXITY = 12
PYTHON_FOLDERS = ("scripts", "tests")


def file_problems(path: Path, place: str) -> Iterator[str]:
    lines = path.read_text().count("\n")
    limit = MAX_TEST_FILE_LINES if place.startswith("tests/") else MAX_FILE_LINES
    if lines > limit:
        yield f"{place}: {lines} lines, more than {limit}"


def function_problems(function, place: str) -> Iterator[str]:
    name = f"{place}:{function.start_line}: {function.name}"
    lines = function.end_line - function.start_line + 1
    if lines > MAX_FUNCTION_LINES:
        yield f"{name} has {lines} lines, more than {MAX_FUNCTION_LINES}"
    if function.cyclomatic_complexity > MAX_COMPLEXITY:
        yield f"{name} has {function.cyclomatic_complexity} branches, more than {MAX_COMPLEXITY}"
    if len(function.parameters) > MAX_PARAMETERS:
        yield f"{name} has {len(function.parameters)} parameters, more than {MAX_PARAMETERS}"


def check(root: Path) -> Iterator[str]:
    import lizard

    analyze = lizard.FileAnalyzer(lizard.get_extensions(["modified"]))
    sources = [*tree.code(root), *tree.files(root, PYTHON_FOLDERS, (".py",))]
    for path in sources:
        place = path.relative_to(root).as_posix()
        yield from file_problems(path, place)
        for function in analyze(str(path)).function_list:
            yield from function_problems(function, place)


if __name__ == "__main__":
    tree.main(__doc__, check)
