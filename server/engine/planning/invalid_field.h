// The refusal of a call for one of its fields.
#ifndef EXTRACTD_SERVER_ENGINE_PLANNING_INVALID_FIELD_H_
#define EXTRACTD_SERVER_ENGINE_PLANNING_INVALID_FIELD_H_

#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <fmt/format.h>

#include "server/base/error.h"

namespace extractd {

// kInvalidRequest.
inline absl::Status InvalidField(std::string_view field, const std::string& problem) {
  return MakeError(
      {.reason = Reason::kInvalidRequest, .fields = {{std::string(field), problem}}},
      fmt::format("{}: {}", field, problem)
  );
}

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_PLANNING_INVALID_FIELD_H_
