#!/usr/bin/env bash
# scripts/tools.sh [--bench]
#
# Fetches the tools of the tests that Debian does not have, once for every clone of this user, to
# $CACHE/tools: python is an environment with the requirements of tests/, bin holds aimock, buf,
# grpcurl, toxiproxy and the generators of Go stubs.
# --bench: the libraries that tests/bench/peers compares with, too, in peers.
# A tool that cannot be had here is named and its tests are skipped; in CI that is an error.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

AIMOCK_VERSION=1.43.0
BUF_VERSION=1.75.0
# The last one that Debian's Go 1.19 builds.
GRPCURL_VERSION=1.8.8
TOXIPROXY_VERSION=2.5.0
# As docs/examples/go/go.mod has them.
PROTOC_GEN_GO_VERSION=1.31.0
PROTOC_GEN_GO_GRPC_VERSION=1.3.0
REQUIREMENTS=("$ROOT/tests/e2e/requirements.txt" "$ROOT/tests/checks/requirements.txt"
  "$ROOT/tests/conformance/requirements.txt")
# Of these, not what they require themselves.
BARE_REQUIREMENTS=$ROOT/tests/conformance/requirements-bare.txt
BENCH_PEERS=("$ROOT/tests/bench/peers/requirements.txt" "$ROOT/tests/bench/peers/package.json"
  "$ROOT/tests/bench/peers/stream-requirements.txt")
BIN=$CACHE/tools/bin

# do_without TOOL REASON: a visible line on a user's machine, an error in CI.
do_without() {
  if in_ci; then die "no $1: $2"; fi
  say "skipped: $1 ($2); its tests are skipped"
  rm -f "$BIN/$1"
}

provide() { ln -sfn "$2" "$BIN/$1"; }

python_environment() {
  local environment=$1
  rm -rf "$environment"
  /usr/bin/python3 -m venv "$environment"
  "$environment/bin/pip" install --disable-pip-version-check "${REQUIREMENTS[@]/#/--requirement=}"
  "$environment/bin/pip" install --disable-pip-version-check --no-deps --requirement="$BARE_REQUIREMENTS"
  touch "$environment/complete"
}

fetch_python() {
  local environment
  environment=$CACHE/tools/python-$(cat "${REQUIREMENTS[@]}" "$BARE_REQUIREMENTS" | sha256sum | cut -c1-12)
  [[ -f $environment/complete ]] ||
    step "fetch Python packages" "$NETWORK_HINT" python_environment "$environment"
  ln -sfn "$environment" "$CACHE/tools/python"
}

# fetch_npm PROGRAM PACKAGE VERSION
fetch_npm() {
  local name=$1 prefix=$CACHE/tools/$1-$3
  local program=$prefix/node_modules/.bin/$name
  if [[ ! -x $program ]]; then
    command -v npm >/dev/null || { do_without "$name" "npm is not installed"; return; }
    step "fetch $name" "$NETWORK_HINT" npm install --no-audit --no-fund --prefix "$prefix" "$2@$3"
  fi
  provide "$name" "$program"
}

fetch_grpcurl() {
  local program=$CACHE/tools/grpcurl-$GRPCURL_VERSION/grpcurl
  if [[ ! -x $program ]]; then
    command -v go >/dev/null || { do_without grpcurl "Go is not installed"; return; }
    GOBIN=$(dirname "$program") GOFLAGS=-p=2 step "build grpcurl" "$NETWORK_HINT" \
      go install "github.com/fullstorydev/grpcurl/cmd/grpcurl@v$GRPCURL_VERSION"
  fi
  provide grpcurl "$program"
}

fetch_toxiproxy() {
  local prefix=$CACHE/tools/toxiproxy-$TOXIPROXY_VERSION
  if [[ ! -x $prefix/server ]]; then
    command -v go >/dev/null || { do_without toxiproxy-server "Go is not installed"; return; }
    GOBIN=$prefix GOFLAGS=-p=2 step "build toxiproxy" "$NETWORK_HINT" \
      go install "github.com/Shopify/toxiproxy/v2/cmd/server@v$TOXIPROXY_VERSION"
  fi
  provide toxiproxy-server "$prefix/server"
}

# The generators, and the modules that the Go example is built from.
install_go_stubs() {
  local prefix=$1
  export GOBIN=$prefix GOFLAGS=-p=2
  go install "google.golang.org/protobuf/cmd/protoc-gen-go@v$PROTOC_GEN_GO_VERSION"
  go install "google.golang.org/grpc/cmd/protoc-gen-go-grpc@v$PROTOC_GEN_GO_GRPC_VERSION"
  (cd "$ROOT/docs/examples/go" && go mod download)
  touch "$prefix/complete"
}

fetch_go_stubs() {
  local prefix=$CACHE/tools/go-stubs-$PROTOC_GEN_GO_VERSION-$PROTOC_GEN_GO_GRPC_VERSION
  if [[ ! -f $prefix/complete ]]; then
    command -v go >/dev/null || { do_without protoc-gen-go "Go is not installed"; return; }
    step "build the generators of Go stubs" "$NETWORK_HINT" install_go_stubs "$prefix"
  fi
  provide protoc-gen-go "$prefix/protoc-gen-go"
  provide protoc-gen-go-grpc "$prefix/protoc-gen-go-grpc"
}

install_peers() {
  local prefix=$1
  rm -rf "$prefix"
  /usr/bin/python3 -m venv "$prefix/python"
  "$prefix/python/bin/pip" install --disable-pip-version-check --requirement="${BENCH_PEERS[0]}"
  cp "${BENCH_PEERS[1]}" "$prefix"
  npm install --no-audit --no-fund --prefix "$prefix"
  install_stream_peers "$prefix/streams"
  touch "$prefix/complete"
}

# In an environment of their own, each as far as it installs: they ask for other versions of what is
# compared above.
install_stream_peers() {
  local environment=$1 requirement
  /usr/bin/python3 -m venv "$environment"
  while read -r requirement; do
    "$environment/bin/pip" install --disable-pip-version-check "$requirement" ||
      say "skipped: $requirement does not install here; it is left out of the comparison"
  done < <(grep -v '^#' "${BENCH_PEERS[2]}")
}

fetch_peers() {
  local prefix
  prefix=$CACHE/tools/peers-$(cat "${BENCH_PEERS[@]}" | sha256sum | cut -c1-12)
  if [[ ! -f $prefix/complete ]]; then
    command -v npm >/dev/null || { do_without peers "npm is not installed"; return; }
    step "fetch the libraries of the benchmarks" "$NETWORK_HINT" install_peers "$prefix"
  fi
  ln -sfn "$prefix" "$CACHE/tools/peers"
}

mkdir -p "$BIN"
exec 9>"$CACHE/tools.lock"
flock 9
fetch_python
fetch_npm aimock @copilotkit/aimock "$AIMOCK_VERSION"
fetch_npm buf @bufbuild/buf "$BUF_VERSION"
fetch_grpcurl
fetch_toxiproxy
fetch_go_stubs
[[ ${1:-} != --bench ]] || fetch_peers
