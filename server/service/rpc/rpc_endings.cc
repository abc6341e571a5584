#include "server/service/rpc/rpc_endings.h"

#include <string>

#include <fmt/format.h>

#include "server/base/error.h"

namespace extractd {

absl::Status DrainingError() {
  return MakeError(Reason::kDraining, "the server is shutting down");
}

absl::Status SlowReaderError(std::chrono::milliseconds limit) {
  const std::string text = std::to_string(limit.count());
  return MakeError(
      {.reason = Reason::kSlowReader,
       .metadata = {{"limit", text}, {"flag", "slow_reader_timeout_ms"}}},
      fmt::format("the caller did not take a message of its stream for {} ms", text)
  );
}

absl::Status ToldEnding(const Rpc& rpc, absl::Status status) {
  return rpc.drained() && absl::IsCancelled(status) ? DrainingError() : status;
}

}  // namespace extractd
