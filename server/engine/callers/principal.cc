#include "server/engine/callers/principal.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/base/error.h"

namespace extractd {

bool MatchesPattern(std::string_view pattern, std::string_view text) {
  if (!pattern.ends_with('*')) return pattern == text;
  pattern.remove_suffix(1);
  return text.starts_with(pattern);
}

bool MayUseProvider(const Principal* principal, std::string_view provider) {
  if (principal == nullptr || principal->providers.empty()) return true;
  return std::ranges::find(principal->providers, provider) != principal->providers.end();
}

absl::Status CheckAllowed(
    const Principal* principal, std::string_view provider, std::string_view model
) {
  if (principal == nullptr) return absl::OkStatus();
  const auto refused = [](const std::string& resource) {
    return MakeError(
        {.reason = Reason::kNotAllowed, .metadata = {{"resource", resource}}},
        fmt::format("the caller may not use '{}'", resource)
    );
  };
  if (!MayUseProvider(principal, provider)) return refused(std::string(provider));
  const std::string name = fmt::format("{}/{}", provider, model);
  const auto matches = [&](const std::string& pattern) { return MatchesPattern(pattern, name); };
  if (principal->models.empty() || std::ranges::any_of(principal->models, matches)) {
    return absl::OkStatus();
  }
  return refused(name);
}

}  // namespace extractd
