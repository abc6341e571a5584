// Mode names as callers write them: the canonical ones, short forms, and the 38 names that other
// tools have used over the years, each with the mode, and sometimes the provider, that it means.
#ifndef EXTRACTD_SERVER_REGISTRY_MODE_NAMES_H_
#define EXTRACTD_SERVER_REGISTRY_MODE_NAMES_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace extractd {

struct NormalizedMode {
  std::string mode = {};      // canonical, e.g. "JSON_SCHEMA"
  std::string provider = {};  // the provider that the name belongs to; empty: any
  bool deprecated = false;    // there is a better name for it: `mode`
};

// Reads a mode name in any case: a canonical name ("TOOLS"), a short form ("parallel"), a legacy
// name or its value ("FUNCTIONS", "tool_call", "GEMINI_JSON"), or any "<PROVIDER>_<MODE>" with a
// provider of `providers`.
//
// kInvalidRequest: no mode has that name; kInvalidRequest naming both: the name belongs to another
// provider than `provider` (empty: not known yet).
absl::StatusOr<NormalizedMode> NormalizeModeName(
    std::string_view name, std::string_view provider, std::span<const std::string> providers
);

// Every canonical name, sorted.
std::span<const std::string_view> CanonicalModes();
// The legacy names and values that mean `mode`, in the order of the table.
std::vector<std::string> LegacyNamesOf(std::string_view mode);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_MODE_NAMES_H_
