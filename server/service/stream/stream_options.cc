#include "server/service/stream/stream_options.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/service/extraction/extract_request.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t kMinSnapshotMs = 20;
constexpr std::int32_t kMaxSnapshotMs = 60'000;
constexpr std::int32_t kMaxCoalesceMs = 10'000;
constexpr std::int32_t kMaxReviewMs = 3'600'000;

struct Range {
  std::int32_t min;
  std::int32_t max;
};

void CheckRange(
    const char* field, std::int32_t value, Range range, std::vector<FieldViolation>& violations
) {
  if (value >= range.min && value <= range.max) return;
  violations.push_back({field, fmt::format("must be {} to {}, not {}", range.min, range.max, value)}
  );
}

}  // namespace

absl::StatusOr<StreamOptions> ReadStreamOptions(const v1::ExtractStreamRequest& request) {
  std::vector<FieldViolation> violations;
  StreamOptions options = {.finish_invalid = request.finish_invalid()};
  if (!request.has_request()) violations.push_back({"request", "is required"});
  if (request.has_snapshot_interval_ms()) {
    const std::int32_t interval = request.snapshot_interval_ms();
    CheckRange("snapshot_interval_ms", interval, {kMinSnapshotMs, kMaxSnapshotMs}, violations);
    options.snapshot_interval = milliseconds(interval);
  }
  CheckRange("coalesce_ms", request.coalesce_ms(), {0, kMaxCoalesceMs}, violations);
  options.coalesce = milliseconds(request.coalesce_ms());
  if (request.has_snapshot_interval_ms() && request.has_coalesce_ms()) {
    violations.push_back(
        {"coalesce_ms", "is for deltas, which snapshot_interval_ms replaces: set one of them"}
    );
  }
  if (!violations.empty()) return InvalidRequest(std::move(violations));
  return options;
}

absl::StatusOr<StreamOptions> ReadStreamOptions(const v1::InteractiveStart& start) {
  std::vector<FieldViolation> violations;
  StreamOptions options = {.partials = start.include_partials()};
  if (!start.has_request()) violations.push_back({"start.request", "is required"});
  if (start.has_snapshot_interval_ms()) {
    constexpr const char* kField = "start.snapshot_interval_ms";
    const std::int32_t interval = start.snapshot_interval_ms();
    CheckRange(kField, interval, {kMinSnapshotMs, kMaxSnapshotMs}, violations);
    options.snapshot_interval = milliseconds(interval);
    if (!options.partials) violations.push_back({kField, "needs include_partials"});
  }
  if (start.has_review_timeout_ms()) {
    const std::int32_t timeout = start.review_timeout_ms();
    CheckRange("start.review_timeout_ms", timeout, {1, kMaxReviewMs}, violations);
    options.review_timeout = milliseconds(timeout);
  }
  if (!violations.empty()) return InvalidRequest(std::move(violations));
  return options;
}

absl::Status WithOuterField(const absl::Status& status, std::string_view outer) {
  std::optional<ErrorDetails> details = DetailsOf(status);
  if (!details.has_value() || details->fields.empty()) return status;
  for (FieldViolation& violation : details->fields) {
    violation.field = fmt::format("{}.{}", outer, violation.field);
  }
  const absl::string_view message = status.message();
  return MakeError(*details, {message.data(), message.size()});
}

}  // namespace extractd
