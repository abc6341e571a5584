#!/usr/bin/env bash
# Everything that a change must pass: installs what is missing, builds with sanitizers, runs the tests.
#
#   scripts/test.sh [--full] [-- CTEST_ARGUMENTS...]
#   scripts/test.sh --live [PROVIDER[/MODEL]]
#
#   --full   the long tests, too: thread sanitizer, the whole tree through clang-tidy, fuzzing, long
#            data, a clean machine, the container's recipe
#   --live   instead of all that, the checklist of each mode against real providers, which costs money:
#            those whose key is in the environment, or the one that is named
#
# Tests whose data or tool is not on this machine are skipped and named; where CI=true they fail.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

full=false
live=false
provider=
while (($#)); do
  case $1 in
    --full) full=true ;;
    --live)
      live=true
      if [[ ${2:-} == [!-]* ]]; then provider=$2; shift; fi
      ;;
    --help | -h) sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit ;;
    --) shift; break ;;
    *) die "unknown argument '$1'" "scripts/test.sh --help" ;;
  esac
  shift
done

if $live && $full; then die "--live and --full are two runs" "scripts/test.sh --help"; fi
row=${provider%%/*}
if [[ -n $provider && ! -f $ROOT/server/providers/defs/${row//-/_}.cc ]]; then
  known=$(find "$ROOT/server/providers/defs" -name '*.cc' -printf '%f\n' | sed 's/\.cc$//; s/_/-/g' | sort | xargs)
  die "--live: there is no provider '$row'" "name one of: $known"
fi

packages=("${RUN_PACKAGES[@]}" "${MODEL_PACKAGES[@]}" "${TEST_PACKAGES[@]}")
excluded=()
$full && packages+=("${FULL_TEST_PACKAGES[@]}")
$full || excluded+=(long)
excluded+=(live)

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

# Providers that are not asked are named by the test, each with the variable that is not set.
if $live; then
  build_preset dev
  EXTRACTD_TEST_LIVE=$provider ctest --preset dev --label-regex '^live$' --verbose || status=1
  exit "$status"
fi

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
