// bench_echo_server: answers each call with the bytes of its request. What gRPC alone costs.
#include "tests/bench/e2e/unary_server.h"

int main() {
  using extractd::bench::UnaryCall;
  extractd::bench::UnaryServer server([](const std::vector<UnaryCall*>& calls) {
    for (UnaryCall* call : calls) call->Answer(call->request());
  });
  extractd::bench::AnnounceAndWait(server.address());
}
