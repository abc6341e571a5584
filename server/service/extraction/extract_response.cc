#include "server/service/extraction/extract_response.h"

#include <cstdint>
#include <string>
#include <utility>

#include "server/service/extraction/messages.h"

namespace extractd {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// A value once more, as a message of the caller's type.
template <class Value>
void SetProtobuf(const ProtobufType* type, Value& value, v1::ExtractResponse& response) {
  if (type == nullptr || value.json().empty()) return;
  const absl::StatusOr<google::protobuf::Any> any = type->ToAny(value.json());
  if (any.ok()) {
    *value.mutable_protobuf() = *any;
    return;
  }
  v1::Warning& warning = *response.add_warnings();
  warning.set_code("PROTOBUF_NOT_SET");
  warning.set_message(std::string(any.status().message()));
}

void SetProtobufs(const AnswerTypes& types, v1::ExtractResponse& response) {
  if (types.empty()) return;
  SetProtobuf(types.Of(""), response, response);
  for (v1::Item& item : *response.mutable_items()) {
    SetProtobuf(types.Of(item.tool_name()), item, response);
  }
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

void SetProtobuf(const AnswerTypes& types, v1::Item& item) {
  const ProtobufType* type = types.Of(item.tool_name());
  if (type == nullptr) return;
  absl::StatusOr<google::protobuf::Any> any = type->ToAny(item.json());
  if (any.ok()) *item.mutable_protobuf() = *std::move(any);
}

void FillResponse(
    const Plan& plan,
    const Extraction& extraction,
    const AnswerTypes& types,
    std::chrono::nanoseconds total,
    v1::ExtractResponse& out
) {
  ToMessage(plan, extraction, out);
  if (extraction.valid) SetProtobufs(types, out);
  const auto prepare = duration_cast<microseconds>(plan.prepare_time);
  FillTiming(extraction, prepare, total, *out.mutable_timing());
}

}  // namespace extractd
