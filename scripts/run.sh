#!/usr/bin/env bash
# Installs what is missing, builds extractd, starts it with a model and extracts one object from a text.
# Safe to run again: what is there is used, a daemon that runs is asked.
#
#   scripts/run.sh [--text TEXT] [--schema FILE] [--model-file FILE.gguf]
#   scripts/run.sh --stop
#
# The model is the first of these that is there:
#   FILE.gguf, under llama.cpp's server, which is built for it;
#   the one that EXTRACTD_DEFAULT_MODEL names, as provider/model;
#   the provider whose key is in the environment (extractd providers lists the variables);
#   an Ollama on this machine that has a model;
#   a small model under llama.cpp's server, both made by scripts/llama.sh.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

DAEMON=$ROOT/build/release/server/extractd
CTL=$ROOT/build/release/client_sdk/cpp/extractctl
# Where the daemon listens unless EXTRACTD_LISTEN and EXTRACTD_ADMIN_LISTEN say otherwise.
LISTEN=${EXTRACTD_LISTEN:-127.0.0.1:50051}
ADDRESS=${LISTEN%%,*}
ADMIN=${EXTRACTD_ADMIN_LISTEN:-127.0.0.1:9464}

usage() {
  sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
}

# --- processes of ours ----------------------------------------------------------------------------

# alive NAME PROGRAM: the process that $STATE/NAME.pid names runs, and is that program. One that ended and
# that nobody has waited for yet, as in containers without an init, does not count.
alive() {
  local pid
  pid=$(cat "$STATE/$1.pid" 2>/dev/null) && [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$2" ]] &&
    ! grep -q '^State:[[:space:]]*Z' "/proc/$pid/status" 2>/dev/null
}

# Asks it to end; the daemon first brings its calls to an end.
stop_process() {
  local name=$1 program=$2 pid tries=0
  if alive "$name" "$program"; then
    pid=$(cat "$STATE/$name.pid")
    kill "$pid"
    while alive "$name" "$program"; do
      ((++tries < 600)) || die "$program (process $pid) does not end" "kill -9 $pid"
      sleep 0.1
    done
    say "stopped $program (process $pid)"
  fi
  rm -f "$STATE/$name.pid" "$STATE/$name.settings"
}

stop_all() {
  stop_process daemon extractd
  stop_process model llama-server
}

# launch NAME COMMAND...: in a session of its own, so that it outlives this script and its terminal.
launch() {
  local name=$1
  shift
  setsid nohup "$@" >"$STATE/$name.log" 2>&1 </dev/null 9>&- &
  echo $! >"$STATE/$name.pid"
}

# await NAME PROGRAM SECONDS PROBE...: until PROBE succeeds; gives up if the program ends before.
await() {
  local name=$1 program=$2 seconds=$3 tries=0
  shift 3
  until "$@"; do
    sleep 0.2
    tries=$((tries + 1))
    ((tries < 5)) || alive "$name" "$program" ||
      die "$program ended; the end of its log, $STATE/$name.log:" "$(tail -n 5 "$STATE/$name.log")"
    ((tries < seconds * 5)) || die "$program does not get ready; its log is $STATE/$name.log"
    ((tries % 75)) || say "   waiting for $program"
  done
}

port_is_taken() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# --- the model ------------------------------------------------------------------------------------

# Sets EXTRACTD_DEFAULT_MODEL to the default model of the first provider whose key is set.
choose_keyed_provider() {
  local name _variable key model _url
  while IFS=$'\t' read -r name _variable key model _url; do
    if [[ $key == set && $model != - ]]; then
      export EXTRACTD_DEFAULT_MODEL=$name/$model
      return 0
    fi
  done < <("$DAEMON" providers)
  return 1
}

choose_ollama() {
  local url model
  url=$("$DAEMON" providers | awk -F'\t' '$1 == "ollama" { print $5 }')
  model=$(curl -fsS --max-time 2 "$url/api/tags" 2>/dev/null | grep -o '"name":"[^"]*"' |
    grep -v embed | head -n 1 | cut -d'"' -f4) || return 1
  export EXTRACTD_DEFAULT_MODEL=ollama/$model
}

# Starts llama.cpp's server with a model file unless it runs already, and points the daemon at it. The
# server takes any model name; by the file's, the daemon knows what models of that family need.
serve_model_file() {
  local server=$1 file=$2 port=8080 threads
  if ! alive model llama-server || [[ $(cat "$STATE/model.settings" 2>/dev/null) != "$file "* ]]; then
    stop_process model llama-server
    while port_is_taken "$port"; do port=$((port + 1)); done
    # Its threads wait for each other at every step: with a core less they need not wait for the daemon.
    threads=$(($(nproc) > 1 ? $(nproc) - 1 : 1))
    launch model "$server" --model "$file" --host 127.0.0.1 --port "$port" --ctx-size 8192 \
      --parallel 1 --threads "$threads"
    echo "$file $port" >"$STATE/model.settings"
  fi
  port=$(sed 's/.* //' "$STATE/model.settings")
  await model llama-server 300 \
    curl -fsS --max-time 2 -o "$STATE/model.health" "http://127.0.0.1:$port/health" 2>/dev/null
  export LLAMACPP_BASE_URL=http://127.0.0.1:$port
  EXTRACTD_DEFAULT_MODEL=llamacpp/$(basename "$file" .gguf)
  export EXTRACTD_DEFAULT_MODEL
}

choose_model() {
  local made
  if [[ -n $model_file ]]; then
    [[ -f $model_file ]] || die "there is no file $model_file"
    made=$("$ROOT/scripts/llama.sh" --server)
    serve_model_file "$made" "$(realpath "$model_file")"
  elif [[ -n ${EXTRACTD_DEFAULT_MODEL:-} ]]; then
    :
  elif ! choose_keyed_provider && ! choose_ollama; then
    made=$("$ROOT/scripts/llama.sh")
    serve_model_file "$(sed -n 1p <<<"$made")" "$(sed -n 2p <<<"$made")"
  fi
  say "model: $EXTRACTD_DEFAULT_MODEL"
}

# --- the daemon -----------------------------------------------------------------------------------

# What a running daemon must have been started with to be of use; keys only as part of a digest.
daemon_settings() {
  {
    stat -c '%n %Y' "$DAEMON"
    env | grep -E "^(EXTRACTD_|LLAMACPP_|$(key_variables)=)" | sort
  } | sha256sum
}

key_variables() { "$DAEMON" providers | awk -F'\t' '$2 != "-" { printf "%s%s", bar, $2; bar = "=|" }'; }

start_daemon() {
  local settings probe=("$DAEMON" healthcheck --address "$ADDRESS")
  settings=$(daemon_settings)
  if alive daemon extractd && [[ $(cat "$STATE/daemon.settings" 2>/dev/null) == "$settings" ]] &&
    "${probe[@]}"; then
    return
  fi
  stop_process daemon extractd
  if [[ $ADDRESS != unix:* ]] && port_is_taken "${ADDRESS##*:}"; then
    die "something else listens on $ADDRESS" \
      "Stop it, or choose another address: EXTRACTD_LISTEN=127.0.0.1:50052 scripts/run.sh"
  fi
  launch daemon "$DAEMON"
  await daemon extractd 30 "${probe[@]}"
  (umask 077 && echo "$settings" >"$STATE/daemon.settings")
}

extract() {
  say "text:  $text"
  "$CTL" --address "$ADDRESS" extract --schema "$schema" --text "$text" ||
    die "the extraction failed" "The log is $STATE/daemon.log; what errors mean: docs/errors.md"
}

farewell() {
  say ""
  say "extractd listens on $LISTEN, metrics and health on $ADMIN (/metrics, /healthz/ready)."
  say "Log:       $STATE/daemon.log"
  say "Ask again: ${CTL#"$PWD"/} extract --schema docs/examples/person.json --text \"…\""
  say "Stop:      scripts/run.sh --stop"
}

# --------------------------------------------------------------------------------------------------

main() {
  text=$(cat "$ROOT/docs/examples/person.txt")
  schema=$ROOT/docs/examples/person.json
  model_file=
  while (($#)); do
    case $1 in
      --stop) stop_all; return ;;
      --help | -h) usage; return ;;
      --text | --schema | --model-file)
        (($# > 1)) || die "$1 needs a value"
        case $1 in
          --text) text=$2 ;;
          --schema) schema=$2 ;;
          --model-file) model_file=$2 ;;
        esac
        shift 2
        ;;
      *) die "unknown argument '$1'" "scripts/run.sh --help" ;;
    esac
  done
  [[ -f $schema ]] || die "there is no file $schema"

  mkdir -p "$STATE" "$CACHE"
  # One at a time: two runs would start two daemons.
  exec 9>"$STATE/run.lock"
  flock 9
  install_packages "${RUN_PACKAGES[@]}"
  build_preset release extractd extractctl
  choose_model
  start_daemon
  extract
  farewell
}

# Sourced, it only gives its functions, to the tests.
if [[ ${BASH_SOURCE[0]} == "$0" ]]; then main "$@"; fi
