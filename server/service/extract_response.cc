#include "server/service/extract_response.h"

#include <cstdint>
#include <string>

#include "server/service/messages.h"

namespace extractd {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// The answer once more, as a message of the caller's type.
void SetProtobuf(const ProtobufType& type, v1::ExtractResponse& response) {
  const absl::StatusOr<google::protobuf::Any> any = type.ToAny(response.json());
  if (any.ok()) {
    *response.mutable_protobuf() = *any;
    return;
  }
  v1::Warning& warning = *response.add_warnings();
  warning.set_code("PROTOBUF_NOT_SET");
  warning.set_message(std::string(any.status().message()));
}

void FillTiming(
    const Extraction& extraction,
    microseconds prepare,
    std::chrono::nanoseconds total,
    v1::Timing& timing
) {
  timing.set_prepare_us(static_cast<std::int32_t>(prepare.count()));
  timing.set_upstream_ms(
      static_cast<std::int32_t>(duration_cast<milliseconds>(extraction.upstream_time).count())
  );
  timing.set_parse_us(
      static_cast<std::int32_t>(duration_cast<microseconds>(extraction.parse_time).count())
  );
  timing.set_validate_us(
      static_cast<std::int32_t>(duration_cast<microseconds>(extraction.validate_time).count())
  );
  timing.set_total_ms(static_cast<std::int32_t>(duration_cast<milliseconds>(total).count()));
}

}  // namespace

void FillResponse(
    const Plan& plan,
    const Extraction& extraction,
    const ProtobufType* type,
    std::chrono::nanoseconds total,
    v1::ExtractResponse& out
) {
  ToMessage(plan, extraction, out);
  if (type != nullptr && extraction.valid) SetProtobuf(*type, out);
  const auto prepare = duration_cast<microseconds>(plan.prepare_time);
  FillTiming(extraction, prepare, total, *out.mutable_timing());
}

}  // namespace extractd
