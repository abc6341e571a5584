# shellcheck shell=bash
# What the scripts share: messages, long steps with progress, packages. Sourced with `set -euo pipefail`.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# What is built or fetched once for every clone of this user.
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/extractd
# What belongs to the daemon that run.sh started: its log, its pid.
# shellcheck disable=SC2034
STATE=${XDG_STATE_HOME:-$HOME/.local/state}/extractd
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$ROOT/scripts/packages.sh"

say() { printf '%s\n' "$*" >&2; }
die() {
  say "error: $1"
  shift
  for line in "$@"; do say "  $line"; done
  exit 1
}
in_ci() { [[ ${CI:-} == true ]]; }

# ccache serves every clone: paths below the clone are made relative, and the precompiled headers
# need the sloppiness.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_BASEDIR=$ROOT

# step WHAT HINT COMMAND...: runs a command that may take minutes. Its output goes to a log, whose last
# line is shown now and then, so that nobody takes the silence for a hang. If it fails, the end of the
# log and HINT are shown, and the script ends.
step() {
  local what=$1 hint=$2 log watcher status
  shift 2
  mkdir -p "$CACHE/logs"
  log=$(mktemp "$CACHE/logs/step.XXXXXX")
  say "== $what"
  # 9 is the scripts' lock: what outlives them must not hold it.
  show_progress "$log" 9>&- &
  watcher=$!
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1 </dev/null 9>&-
  status=$?
  set -e
  kill "$watcher"
  wait "$watcher" 2>/dev/null || true
  if ((status)); then
    tail -n 30 "$log" >&2
    die "$what: failed; the whole log is $log" "$hint"
  fi
  rm -f "$log"
}

show_progress() {
  local began=$SECONDS
  # A sleep that outlives us must not hold the caller's pipe open.
  while sleep 15 >/dev/null 2>&1; do
    say "   $((SECONDS - began)) s: $(tail -n 1 "$1" | tr '\r' '\n' | tail -n 1 | cut -c1-100)"
  done
}

NETWORK_HINT="Check the network or the proxy of this machine, then run the same command again: it goes on where it stopped."

# Runs a command as root, by sudo if need be.
as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# Prints those of the named packages that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      printf '%s\n' "$package"
  done
}

apt_get() {
  # sudo drops the environment, and with it the proxy.
  as_root env DEBIAN_FRONTEND=noninteractive http_proxy="${http_proxy:-}" \
    https_proxy="${https_proxy:-}" apt-get -y -o DPkg::Lock::Timeout=300 "$@"
}

# Installs what is missing of the named packages; does nothing, and asks for no rights, if nothing is.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null ||
    die "these packages are missing, and this is no Debian: ${missing[*]}" \
      "extractd is built on Debian 12; docker compose up works anywhere."
  local by_hand="apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || die "packages are missing and there is no sudo; as root run:" "$by_hand"
    # With a terminal, sudo asks for the password here, before the output goes to a log.
    as_root true || die "packages are missing and sudo refused; as root run:" "$by_hand"
  fi
  local hint=$NETWORK_HINT system
  # shellcheck source=/dev/null
  system=$(source /etc/os-release && echo "$ID $VERSION_ID")
  [[ $system == "debian 12" ]] ||
    hint="These are packages of Debian 12, and this is $system; docker compose up works anywhere."
  step "read the package lists" "$hint" apt_get update
  step "install ${#missing[@]} packages" "$hint" \
    apt_get install --no-install-recommends "${missing[@]}"
}

# build_preset PRESET [TARGET...]: configures if need be and builds.
build_preset() {
  local preset=$1 targets=() hint="git status shows what differs from the repository."
  shift
  (($#)) && targets=(--target "$@")
  cd "$ROOT" || exit
  [[ -f build/$preset/build.ninja ]] ||
    step "configure build/$preset" "$hint" cmake --preset "$preset"
  step "build $preset: ${*:-everything}" "$hint" cmake --build --preset "$preset" "${targets[@]}"
}
