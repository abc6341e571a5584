// What the request of a stream says about the stream itself.
#ifndef EXTRACTD_SERVER_SERVICE_STREAM_STREAM_OPTIONS_H_
#define EXTRACTD_SERVER_SERVICE_STREAM_STREAM_OPTIONS_H_

#include <chrono>
#include <optional>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "extractd/v1/extraction_service.pb.h"

namespace extractd {

struct StreamOptions {
  std::optional<std::chrono::milliseconds> snapshot_interval = {};  // absent: deltas
  std::chrono::milliseconds coalesce{0};
  bool finish_invalid = false;
  bool partials = true;  // show the answer while it comes
  std::chrono::milliseconds review_timeout{60'000};
};

// kInvalidRequest with a violation for each bad field. The request within it is not looked at.
absl::StatusOr<StreamOptions> ReadStreamOptions(const v1::ExtractStreamRequest& request);
// The same of the start of a dialog; the fields are those of a message with `start`.
absl::StatusOr<StreamOptions> ReadStreamOptions(const v1::InteractiveStart& start);

// `status` with its bad fields as those of a field named `outer`.
absl::Status WithOuterField(const absl::Status& status, std::string_view outer);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_STREAM_STREAM_OPTIONS_H_
