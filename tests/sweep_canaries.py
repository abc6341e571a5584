"""Looks for what must be nowhere in what the daemons of a test run said.

    sweep_canaries.py --begin DIRECTORY   empties it: a run begins
    sweep_canaries.py DIRECTORY           1 if a key or a prompt is in a log, a metric, a page, a span or a status

Keys of tests begin with sk-canary, their prompts with canary-prompt; "Ada is 36" is the prompt that most tests of
tests/integration ask.
"""

import re
import shutil
import sys
from pathlib import Path

CANARIES = (b"sk-canary", b"canary-prompt", b"Ada is 36")
SHOWN_BYTES = 120


def findings(directory: Path) -> list[str]:
    """Each canary by file and line, with what stands around it."""
    found = []
    for path in sorted(directory.glob("*")):
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            for canary in CANARIES:
                for match in re.finditer(re.escape(canary), line):
                    around = line[max(match.start() - SHOWN_BYTES, 0) : match.end() + SHOWN_BYTES]
                    found.append(f"{path.name}:{number}: {around.decode(errors='replace')}")
    return found


def main(arguments: list[str]) -> int:
    if arguments[0] == "--begin":
        shutil.rmtree(arguments[1], ignore_errors=True)
        Path(arguments[1]).mkdir(parents=True, exist_ok=True)
        return 0
    directory = Path(arguments[0])
    found = findings(directory)
    files = list(directory.glob("*"))
    print("\n".join(found[:50]))
    print(f"{len(files)} files, {sum(file.stat().st_size for file in files)} bytes, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
