#!/usr/bin/env bash
# A stranger's first minutes: scripts/run.sh from a fresh clone on a clean Debian 12, as root and as a
# user with sudo, without a terminal. Needs root, debootstrap, the network, and 20 minutes. Only what
# the compiler made on the first machine is handed on to the second, as ccache keeps it.
#
#   tests/scripts/clean_machine.sh [root|sudo]...
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
source "$ROOT/scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=chroot.sh
source "$ROOT/tests/scripts/chroot.sh"

# as_stranger MACHINE WHO: clones the tree into the machine and goes through the first minutes there.
as_stranger() {
  local machine=$1 who=$2 home=/root as=()
  if [[ $who == sudo ]]; then
    home=/home/stranger
    in_machine "$machine" sh -c "
      apt-get -qq update && apt-get -qq install --no-install-recommends sudo &&
      useradd --create-home --shell /bin/bash stranger &&
      echo 'stranger ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/stranger" >/dev/null
    as=(runuser -u stranger -- env HOME="$home" USER=stranger)
  fi
  git clone --quiet --no-hardlinks "$ROOT" "$machine$home/extractd"
  if [[ -d $compiled ]]; then
    mkdir -p "$machine$home/.cache"
    mv "$compiled" "$machine$home/.cache/ccache"
  fi
  in_machine "$machine" chown -R --reference "$home" "$home"
  in_machine "$machine" "${as[@]}" bash "$home/extractd/tests/scripts/first_minutes.sh"
  mv "$machine$home/.cache/ccache" "$compiled"
}

[[ $EUID -eq 0 ]] || die "only root can make a clean machine" "sudo $0"
need_base
(($#)) || set -- root sudo
machine=
compiled=$(mktemp -d "$CHROOTS/ccache.XXXXXX")/ccache
trap 'rm -rf --one-file-system "$machine" "${compiled%/ccache}"' EXIT
for who in "$@"; do
  machine=$(mktemp -d "$CHROOTS/$who.XXXXXX")
  say "== a stranger on a clean machine, as $who"
  new_machine "$machine"
  as_stranger "$machine" "$who"
  rm -rf --one-file-system "$machine"
done
say "passed"
