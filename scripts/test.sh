#!/usr/bin/env bash
# Everything that a change must pass: installs what is missing, builds with sanitizers, runs the tests.
#
#   scripts/test.sh [--full] [--live] [-- CTEST_ARGUMENTS...]
#
#   --full   the long tests, too: thread sanitizer, the whole tree through clang-tidy, fuzzing, long
#            data, a clean machine, the container's recipe
#   --live   the tests that ask real providers whose key is in the environment, too
#
# Tests whose data or tool is not on this machine are skipped and named; where CI=true they fail.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

full=false
live=false
while (($#)); do
  case $1 in
    --full) full=true ;;
    --live) live=true ;;
    --help | -h) sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit ;;
    --) shift; break ;;
    *) die "unknown argument '$1'" "scripts/test.sh --help" ;;
  esac
  shift
done

packages=("${RUN_PACKAGES[@]}" "${MODEL_PACKAGES[@]}" "${TEST_PACKAGES[@]}")
excluded=()
$full && packages+=("${FULL_TEST_PACKAGES[@]}")
$full || excluded+=(long)
$live || excluded+=(live)

install_packages "${packages[@]}"
if $full; then "$ROOT/scripts/tools.sh" --bench; else "$ROOT/scripts/tools.sh"; fi
"$ROOT/scripts/llama.sh" >/dev/null

# What a sanitizer finds is reported with names and lines.
export ASAN_SYMBOLIZER_PATH=/usr/lib/llvm-19/bin/llvm-symbolizer
export UBSAN_OPTIONS=print_stacktrace=1

# run_tests PRESET [CTEST_ARGUMENTS...]: builds it and runs its tests, as many at once as there are cores.
status=0
run_tests() {
  local preset=$1
  shift
  build_preset "$preset"
  say "== test $preset"
  ctest --preset "$preset" --parallel "$(nproc)" "$@" || status=1
}

# Names the providers' keys, so that nobody takes a test that was skipped for one that passed.
name_keys() {
  local variables variable present=() absent=()
  mapfile -t variables < <(sed -n 's/.*key_variable = "\(.*\)".*/\1/p' "$ROOT"/server/providers/defs/*.cc)
  for variable in "${variables[@]}"; do
    if [[ -n ${!variable:-} ]]; then present+=("$variable"); else absent+=("$variable"); fi
  done
  say "live: asks the providers of ${present[*]:-no key}; not set: ${absent[*]:-none}"
}
$live && name_keys

selection=()
((${#excluded[@]})) && selection=(--label-exclude "^($(IFS='|'; echo "${excluded[*]}"))\$")
if $full; then
  export EXTRACTD_TEST_FULL=1
  run_tests tsan --label-regex '^(unit|conformance)$'
  run_tests fuzz
fi
# What users run: its cost, its start.
run_tests bench "${selection[@]}"
run_tests dev "${selection[@]}" "$@"
exit "$status"
