# shellcheck shell=bash
# The Debian 12 packages that extractd needs, sourced by the scripts that install them.

# To build the daemon and extractctl and to run them.
# shellcheck disable=SC2034
RUN_PACKAGES=(
  clang-19 lld-19 llvm-19 cmake ninja-build ccache pkg-config git curl ca-certificates
  libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev
  libabsl-dev libfmt-dev libboost1.81-dev libcurl4-openssl-dev libre2-dev libutf8proc-dev
  libyaml-cpp-dev libspdlog-dev prometheus-cpp-dev libssl-dev libxxhash-dev libcli11-dev zlib1g-dev
  libtcmalloc-minimal4
)

# What the built programs need, besides the C++ library: for images that only run them.
# shellcheck disable=SC2034
RUNTIME_PACKAGES=(
  ca-certificates libabsl20220623 libcurl4 libfmt9 libgrpc++1.51 libprometheus-cpp-core1.0
  libprotobuf32 libre2-9 libspdlog1.10 libssl3 libtcmalloc-minimal4 libutf8proc2 libxxhash0
  libyaml-cpp0.7 zlib1g
)

# To build and feed a local model: its sources and its weights come as Python packages.
# shellcheck disable=SC2034
MODEL_PACKAGES=(python3 python3-venv)

# To run the tests.
# shellcheck disable=SC2034
TEST_PACKAGES=(
  libclang-rt-19-dev clang-format-19 clang-tidy-19
  libgtest-dev libbenchmark-dev libsimdjson-dev nlohmann-json3-dev
  python3 python3-venv shellcheck
)

# To run the tests of scripts/test.sh --full: machines of their own.
# shellcheck disable=SC2034
FULL_TEST_PACKAGES=(debootstrap)
