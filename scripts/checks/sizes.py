"""No file and no function grows past what one can hold in mind. Needs lizard (scripts/tools.sh)."""

import csv
import subprocess
from collections.abc import Iterator
from pathlib import Path

import tools
import tree

MAX_FILE_LINES = 400
MAX_TEST_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
MAX_TEST_FUNCTION_LINES = 100  # tables of cases
MAX_PARAMETERS = 6
# Branches; a switch counts once, however many cases it has.
MAX_COMPLEXITY = 12
# Code that follows a grammar or a specification case by case reads best in the order of that text.
GRAMMARS = ("server/json/", "server/schema/")
MAX_COMPLEXITY_OF_GRAMMARS = 16
PYTHON_FOLDERS = ("scripts", "tests")


def file_problems(path: Path, place: str) -> Iterator[str]:
    lines = path.read_text().count("\n")
    limit = MAX_TEST_FILE_LINES if place.startswith("tests/") else MAX_FILE_LINES
    if lines > limit:
        yield f"{place}: {lines} lines, more than {limit}"


def function_problems(row: dict[str, str], place: str) -> Iterator[str]:
    name = f"{place}:{row['start']}: {row['function']}"
    lines = MAX_TEST_FUNCTION_LINES if place.startswith("tests/") else MAX_FUNCTION_LINES
    branches = MAX_COMPLEXITY_OF_GRAMMARS if place.startswith(GRAMMARS) else MAX_COMPLEXITY
    measured = (
        (int(row["length"]), lines, "lines"),
        (int(row["branches"]), branches, "branches"),
        (int(row["parameters"]), MAX_PARAMETERS, "parameters"),
    )
    for value, limit, unit in measured:
        if value > limit:
            yield f"{name} has {value} {unit}, more than {limit}"


def functions(root: Path, sources: list[Path]) -> Iterator[dict[str, str]]:
    command = [tools.find("lizard"), "--csv", "--modified", *map(str, sources)]
    columns = "code branches tokens parameters length location file function long_name start end"
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return csv.DictReader(listed.splitlines(), fieldnames=columns.split())


def check(root: Path) -> Iterator[str]:
    sources = [*tree.code(root), *tree.files(root, PYTHON_FOLDERS, (".py",))]
    for path in sources:
        yield from file_problems(path, path.relative_to(root).as_posix())
    for row in functions(root, sources):
        yield from function_problems(row, Path(row["file"]).relative_to(root).as_posix())


if __name__ == "__main__":
    tree.main(__doc__, check)
