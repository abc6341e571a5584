#!/usr/bin/env bash
# Run on a clean machine by clean_machine.sh: scripts/run.sh twice, with texts that nobody has seen before.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# The network is the host's; other daemons may have the usual ports.
export EXTRACTD_LISTEN=127.0.0.1:$((20000 + RANDOM % 10000))
export EXTRACTD_ADMIN_LISTEN=127.0.0.1:$((30000 + RANDOM % 2000))

fail() {
  printf 'FAILED: %s\n' "$1" >&2
  exit 1
}

pick() { local -a of=("$@"); printf '%s' "${of[RANDOM % $#]}"; }

# A text with facts that the answer must hold.
make_up() {
  name="$(pick Nora Bruno Edith Hamid Ines Tomas) $(pick Quist Abara Lindt Moreau Sato Weller)"
  age=$((21 + RANDOM % 60))
  city=$(pick Oslo Lima Turin Bergen Accra Quito)
  text="$name, who is $age years old, lives in $city."
}

# run_and_check: the answer is JSON with at least two of the three facts: the model is a small one.
run_and_check() {
  make_up
  scripts/run.sh --text "$text" >answer.txt || fail "scripts/run.sh on '$text'"
  cat answer.txt
  local right=0 fact
  for fact in "\"$name\"" "$age" "\"$city\""; do
    if grep -qF -- "$fact" answer.txt; then right=$((right + 1)); fi
  done
  ((right >= 2)) || fail "the answer has $right of 3 facts of '$text'"
}

run_and_check
began=$(date +%s%N)
run_and_check
took=$((($(date +%s%N) - began) / 1000000))
echo "the second run took $took ms"
((took < 10000)) || fail "the second run took $took ms"
scripts/run.sh --stop
! (: <"/dev/tcp/127.0.0.1/${EXTRACTD_LISTEN##*:}") 2>/dev/null || fail "the daemon still listens"
