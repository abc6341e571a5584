#!/usr/bin/env bash
# A stranger's first minutes: scripts/run.sh from a fresh clone on a clean Debian 12, as root and as a
# user with sudo, without a terminal. Needs root, debootstrap, the network, and 20 minutes for each.
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
  in_machine "$machine" chown -R --reference "$home" "$home/extractd"
  in_machine "$machine" "${as[@]}" bash "$home/extractd/tests/scripts/first_minutes.sh"
}

[[ $EUID -eq 0 ]] || die "only root can make a clean machine" "sudo $0"
need_base
for who in "${@:-root sudo}"; do
  for one in $who; do
    machine=$(mktemp -d "$CHROOTS/$one.XXXXXX")
    new_machine "$machine"
    say "== a stranger on a clean machine, as $one"
    as_stranger "$machine" "$one"
    rm -rf --one-file-system "$machine"
  done
done
say "passed"
