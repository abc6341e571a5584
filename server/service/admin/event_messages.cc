#include "server/service/admin/event_messages.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include "server/base/error.h"
#include "server/service/extraction/extract_request.h"

namespace extractd {
namespace {

using google::protobuf::util::TimeUtil;
using observe::EventKind;

constexpr int kMaxKinds = 16;

constexpr std::array kKinds = {
    std::pair{EventKind::kRequest, v1::EVENT_KIND_REQUEST},
    std::pair{EventKind::kResponse, v1::EVENT_KIND_RESPONSE},
    std::pair{EventKind::kParseError, v1::EVENT_KIND_PARSE_ERROR},
    std::pair{EventKind::kRetry, v1::EVENT_KIND_RETRY},
    std::pair{EventKind::kFinalFailure, v1::EVENT_KIND_FINAL_FAILURE},
    std::pair{EventKind::kCircuit, v1::EVENT_KIND_CIRCUIT},
    std::pair{EventKind::kConfig, v1::EVENT_KIND_CONFIG},
    std::pair{EventKind::kError, v1::EVENT_KIND_ERROR},
};

}  // namespace

void ToMessage(const observe::Event& event, v1::WatchEventsResponse& out) {
  for (const auto& [kind, number] : kKinds) {
    if (kind == event.kind) out.set_kind(number);
  }
  const std::chrono::nanoseconds since = event.time.time_since_epoch();
  *out.mutable_event_time() = TimeUtil::NanosecondsToTimestamp(since.count());
  out.set_request_id(event.request_id);
  out.set_attempt(event.attempt);
  out.set_provider(event.provider);
  out.set_model(event.model);
  out.set_reason(event.reason);
  out.set_message(event.message);
}

absl::StatusOr<observe::EventBus::Filter> FilterOf(const v1::WatchEventsRequest& request) {
  std::vector<FieldViolation> wrong;
  if (request.kinds_size() > kMaxKinds) {
    wrong.push_back({"kinds", fmt::format("has {}, more than {}", request.kinds_size(), kMaxKinds)}
    );
  }
  observe::EventBus::Filter filter = {
      .provider = request.provider(), .principal = request.principal()
  };
  for (int i = 0; i < std::min(request.kinds_size(), kMaxKinds); ++i) {
    const v1::EventKind wanted = request.kinds(i);
    if (wanted == v1::EVENT_KIND_UNSPECIFIED) {
      wrong.push_back({fmt::format("kinds[{}]", i), "must not be EVENT_KIND_UNSPECIFIED"});
    }
    for (const auto& [kind, number] : kKinds) {
      if (number == wanted) filter.kinds.push_back(kind);
    }
  }
  if (!wrong.empty()) return InvalidRequest(std::move(wrong));
  return filter;
}

}  // namespace extractd
