"""Each folder of server/ includes only what it may: lower folders, and the libraries that it owns."""

import re
from collections.abc import Iterator
from pathlib import Path

import tree

# ARCHITECTURE.md has the same order in words. A folder may include itself and these.
MAY_INCLUDE = {
    "base": (),
    "json": ("base",),
    "chat": ("base", "json"),
    "schema": ("base", "json", "chat"),
    "modes": ("base", "json", "chat", "schema"),
    "registry": ("base", "json", "chat", "schema", "modes"),
    "net": ("base", "json"),
    "providers": ("base", "json", "chat", "registry", "net"),
    "plugins": ("base", "json", "chat", "modes", "registry", "providers"),
    "observe": ("base", "json"),
    "engine": ("base", "json", "chat", "schema", "modes", "registry", "observe"),
}
EVERYTHING = (*MAY_INCLUDE, "service")
# Libraries that only some may see: the first part of the include, and the places.
OWNERS = {
    "grpcpp": ("server/service", "client_sdk"),
    "grpc": ("server/service", "client_sdk"),
    "google": ("server/service", "client_sdk"),
    "extractd": ("server/service", "client_sdk"),
    "yaml-cpp": ("server/service",),
    "curl": ("server/net",),
    "prometheus": ("server/observe",),
    "spdlog": ("server/observe",),
    "CLI": ("server/main.cc", "client_sdk/cpp/extractctl"),
}
_INCLUDE = re.compile(r'^\s*#\s*include\s*["<](?P<target>[^">]+)[">]', re.MULTILINE)


def allowed(place: str, target: str) -> bool:
    """`place` is a path from the root, `target` the folder of server/ that it includes."""
    parts = place.split("/")
    if parts[0] == "client_sdk":
        return target in ("base", "json")  # extractctl prints with them; clients see no more
    folder = parts[1]
    if folder in ("service", "main.cc"):
        return target in EVERYTHING
    return target == folder or target in MAY_INCLUDE.get(folder, ())


def owned(place: str, library: str) -> bool:
    owners = OWNERS.get(library)
    return owners is None or any(place == o or place.startswith(o + "/") for o in owners)


def includes(path: Path) -> Iterator[tuple[int, str]]:
    """(line number, what is included) for each include of a file."""
    text = tree.without_comments(path.read_text())
    for match in _INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start("target")) + 1, match["target"]


def verdict(place: str, included: str) -> str | None:
    """What is wrong with including `included` at `place`; None: nothing."""
    first, _, rest = included.partition("/")
    if first == "server":
        return None if allowed(place, rest.partition("/")[0]) else "a higher layer, or one beside it"
    if first == "tests":
        return "tests are not part of the product"
    return None if owned(place, first) else f"only {', '.join(OWNERS[first])} may"


def check(root: Path) -> Iterator[str]:
    for path in tree.code(root, ("server", "client_sdk")):
        place = path.relative_to(root).as_posix()
        parts = place.split("/")
        if parts[0] == "server" and len(parts) > 2 and parts[1] not in EVERYTHING:
            yield f"{place}: its folder has no place in the layers of scripts/checks/layers.py"
            continue
        for line, included in includes(path):
            wrong = verdict(place, included)
            if wrong:
                yield f"{place}:{line}: may not include {included}: {wrong}"


if __name__ == "__main__":
    tree.main(__doc__, check)
