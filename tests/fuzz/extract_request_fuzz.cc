// Request messages as they come from the wire: refused by name, or a call within its limits.
#include <cstddef>
#include <cstdint>

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include "extractd/v1/extraction.pb.h"
#include "server/base/error.h"
#include "server/service/extraction/extract_request.h"
#include "server/service/rpc/wire_check.h"
#include "tests/fuzz/require.h"

namespace extractd {
namespace {

using fuzz::Require;

constexpr size_t kMaxBytes = 4096;

void RequireNamed(const absl::Status& status) {
  const auto details = DetailsOf(status);
  Require(details.has_value(), "a refusal is one of ours");
  Require(
      details->reason == Reason::kInvalidRequest || details->reason == Reason::kMessageTooLarge,
      "a refusal has its reason"
  );
}

void Check(const std::uint8_t* data, size_t size) {
  const grpc::Slice slice(data, size);
  grpc::ByteBuffer bytes(&slice, 1);
  v1::ExtractRequest request;
  const absl::Status parsed = ParseRequest(bytes, kMaxBytes, request);
  if (!parsed.ok()) return RequireNamed(parsed);
  Require(FindUnknown(request).empty(), "what is let through holds nothing unknown");
  const absl::StatusOr<ExtractCall> call = ToCall(request);
  if (!call.ok()) return RequireNamed(call.status());
  Require(!call->messages.empty(), "a call has a chat");
  Require(
      call->retry.max_attempts.value_or(1) >= 1 && call->retry.max_attempts.value_or(1) <= 100,
      "attempts are bounded"
  );
}

}  // namespace
}  // namespace extractd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  extractd::CaptureProtobufLog();
  extractd::Check(data, size);
  return 0;
}
