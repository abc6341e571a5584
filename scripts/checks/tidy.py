"""clang-tidy on the C++ sources that changed, or on all of them.

A file costs clang-tidy ten to twenty seconds, so that by default it looks at what differs from the
commit where this branch left main; or, where HEAD is main, as in a fresh clone, at what changed last
in its history. Work that is not committed counts, and a header counts as the source of its name. No
more than --at-most files, the newest first; the others are named and left to --all, which
scripts/test.sh --full runs.
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tools
import tree

PROGRAM = "clang-tidy-19"
AT_MOST = 20  # about three minutes on two cores
CPP = ("--", "*.cc", "*.h")


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], check=False, capture_output=True, text=True
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def fork_point(root: Path) -> str:
    """Where this branch left main; empty if it is main."""
    head = git(root, "rev-parse", "HEAD")
    for main in ("origin/main", "main"):
        fork = git(root, "merge-base", "HEAD", main)
        if fork and fork != head:
            return fork
    return ""


def changed(root: Path, base: str) -> list[Path]:
    """What changed since `base`, or ever if it is empty; what is not committed first, then the newest."""
    history = ["log", "--format=", "--name-only", "--diff-filter=d", "-m", "--first-parent"]
    names = [
        git(root, "diff", "--name-only", "--diff-filter=d", "HEAD", *CPP),
        git(root, "ls-files", "--others", "--exclude-standard", *CPP),
        git(root, *history, f"{base}..HEAD" if base else "HEAD", *CPP),
    ]
    paths = [root / name for name in "\n".join(names).splitlines() if name]
    return [path for path in dict.fromkeys(paths) if path.exists()]


def sources_of(paths: list[Path]) -> list[Path]:
    """The sources to look at for these files, each once."""
    sources = (path.with_suffix(".cc") for path in paths)
    return list(dict.fromkeys(path for path in sources if path.exists()))


def compiled(build: Path, sources: list[Path]) -> list[Path]:
    """Those that the build compiles: only for them it is known how."""
    commands = (build / "compile_commands.json").read_text()
    return [path for path in sources if f'"{path}"' in commands]


def tidy(build: Path, source: Path) -> tuple[int, str]:
    done = subprocess.run(
        [tools.find(PROGRAM), "-p", str(build), "--quiet", str(source)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    return done.returncode, done.stdout


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", nargs="?", type=Path, default=tree.REPOSITORY)
    parser.add_argument("--build", type=Path, help="with compile_commands.json; default: build/dev")
    parser.add_argument("--base", help="compare with this commit")
    parser.add_argument("--all", action="store_true", help="every source")
    parser.add_argument("--at-most", type=int, default=AT_MOST)
    return parser.parse_args()


def chosen(root: Path, build: Path, options: argparse.Namespace) -> list[Path]:
    if options.all:
        return compiled(build, list(tree.files(root, tree.CODE_FOLDERS, (".cc",))))
    base = options.base or fork_point(root)
    found = compiled(build, sources_of(changed(root, base)))
    if not base:
        print(f"this is main: the {options.at_most} sources that changed last")
        return found[: options.at_most]
    print(f"{len(found)} sources differ from {base[:10]}")
    for path in found[options.at_most :]:
        print(f"left to --all: {path.relative_to(root)}")
    return found[: options.at_most]


def main() -> int:
    options = arguments()
    root = options.root.resolve()
    build = (options.build or root / "build" / "dev").resolve()
    tools.find(PROGRAM)
    sources = chosen(root, build, options)
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for code, output in pool.map(lambda source: tidy(build, source), sources):
            failed += code != 0
            print(output, end="")
    print(f"{len(sources)} looked at, {failed} with problems")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
