#!/usr/bin/env python3
"""Follows deploy/docker/Dockerfile without a container engine, and runs the image that comes of it.

Every FROM becomes a clean Debian 12 in a directory, every RUN a command in it, every COPY a copy from
the last commit or from another stage. The result then runs as a container would: as the recipe's user,
without capabilities, with a read-only root and a network of its own; its health check must pass, and it
must end with 0 when it is told to stop. Needs root and debootstrap.
"""

import dataclasses
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "deploy" / "docker" / "Dockerfile"
IMAGE = "debian:12-slim"


def bash(script: str, *arguments: str | Path) -> None:
    """`script` with the functions of chroot.sh, its output going where ours goes."""
    sources = f"source {ROOT}/scripts/lib.sh; source {ROOT}/tests/scripts/chroot.sh"
    whole = f"set -euo pipefail; {sources}; {script}"
    subprocess.run(["bash", "-c", whole, "replay", *map(str, arguments)], check=True)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """(word, rest) of each instruction, with its lines joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        word, _, rest = line.partition(" ")
        yield word, rest.strip()


@dataclasses.dataclass
class Stage:
    root: Path
    directory: str = "/"
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    user: str = "0:0"
    entrypoint: tuple[str, ...] = ()
    health: tuple[str, ...] = ()


class Replay:
    def __init__(self, work: Path):
        self.work = work
        self.stages: dict[str, Stage] = {}
        self.stage = Stage(work)
        self.context = work / "context"
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, self.context], check=True)

    def follow(self, text: str) -> Stage:
        for word, rest in instructions(text):
            print(f"== {word} {rest[:100]}", flush=True)
            getattr(self, f"do_{word.lower()}")(rest)
        return self.stage

    def do_from(self, rest: str) -> None:
        image, *name = rest.split(" AS ")
        assert image == IMAGE, f"only {IMAGE} is known here, not {image}"
        self.stage = Stage(self.work / f"stage{len(self.stages)}")
        self.stages[name[0] if name else ""] = self.stage
        bash('new_machine "$1"', self.stage.root)

    def do_shell(self, rest: str) -> None:
        self.stage.shell = tuple(json.loads(rest))

    def do_workdir(self, rest: str) -> None:
        self.stage.directory = rest
        self.inside(rest).mkdir(parents=True, exist_ok=True)

    def do_run(self, rest: str) -> None:
        command = f"cd {shlex.quote(self.stage.directory)} && exec {shlex.join([*self.stage.shell, rest])}"
        bash('machine=$1; shift; in_machine "$machine" "$@"', self.stage.root, "sh", "-c", command)

    def do_copy(self, rest: str) -> None:
        *sources, target = rest.split()
        origin = self.context
        if sources[0].startswith("--from="):
            origin = self.stages[sources.pop(0).removeprefix("--from=")].root
        for source in sources:
            found = origin / source.lstrip("/")
            goal = self.inside(target)
            if found.is_dir():
                shutil.copytree(found, goal, symlinks=True, dirs_exist_ok=True)
            else:
                goal = goal / found.name if target.endswith("/") else goal
                goal.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(found, goal)

    def do_user(self, rest: str) -> None:
        self.stage.user = rest

    def do_expose(self, rest: str) -> None:
        assert all(port.isdigit() for port in rest.split()), rest

    def do_healthcheck(self, rest: str) -> None:
        self.stage.health = tuple(json.loads(rest.partition("CMD ")[2]))

    def do_entrypoint(self, rest: str) -> None:
        self.stage.entrypoint = tuple(json.loads(rest))

    def inside(self, path: str) -> Path:
        absolute = path if path.startswith("/") else f"{self.stage.directory}/{path}"
        return self.stage.root / absolute.lstrip("/")


RUN_AS_CONTAINER = r"""
root=$1 uid=$2 gid=$3 entrypoint=$4 health=$5
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o "uid=$uid,gid=$gid,mode=0750" tmpfs "$root/run/extractd"
mount -o remount,bind,ro "$root"
ip link set lo up
inside() {
  exec chroot --userspec="$uid:$gid" --groups= "$root" /usr/bin/setpriv --no-new-privs \
    /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin "$@"
}
(inside /bin/sh -c 'touch /etc/x 2>/dev/null') && { echo "the root is not read-only"; exit 1; }
(inside /bin/sh -c "exec $entrypoint") &
daemon=$!
for _ in $(seq 100); do
  if (inside /bin/sh -c "exec $health"); then healthy=yes; break; fi
  kill -0 "$daemon" || exit 1
  sleep 0.1
done
[[ ${healthy:-} == yes ]] || { echo "the health check does not pass"; exit 1; }
echo "healthy, as user $(awk '/^Uid/ { print $2 }' "/proc/$daemon/status")"
[[ $(awk '/^Uid/ { print $2 }' "/proc/$daemon/status") == "$uid" ]]
[[ $(awk '/^CapEff/ { print $2 }' "/proc/$daemon/status") == 0000000000000000 ]]
[[ $(awk '/^NoNewPrivs/ { print $2 }' "/proc/$daemon/status") == 1 ]]
kill -TERM "$daemon"
wait "$daemon"
"""


def run_as_container(stage: Stage) -> None:
    uid, gid = stage.user.split(":")
    script = RUN_AS_CONTAINER.strip()
    subprocess.run(
        ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc",
         "bash", "-euc", script, "container", stage.root, uid, gid,
         shlex.join(stage.entrypoint), shlex.join(stage.health)],
        check=True, stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip


def main() -> int:
    bash("need_base; mkdir -p \"$CHROOTS\"")
    base = subprocess.run(
        ["bash", "-c", f"source {ROOT}/scripts/lib.sh; echo $CACHE/chroots"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    # Gigabytes, which must not stay behind when a step fails.
    with tempfile.TemporaryDirectory(prefix="recipe.", dir=base) as work:
        stage = Replay(Path(work)).follow(RECIPE.read_text())
        assert stage.user.split(":")[0] not in ("0", "root"), "the image would run as root"
        run_as_container(stage)
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
