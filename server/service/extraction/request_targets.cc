#include "server/service/extraction/request_targets.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace extractd {
namespace {

constexpr int kMaxFallbacks = 8;

FallbackConditions ReadConditions(
    const v1::RoutingOptions& options, std::vector<FieldViolation>& violations
) {
  if (options.fallback_on().empty()) return kAllFallbackConditions;
  FallbackConditions set = 0;
  for (const int number : options.fallback_on()) {
    if (number == v1::FALLBACK_CONDITION_UNSPECIFIED) {
      violations.push_back({"routing.fallback_on", "FALLBACK_CONDITION_UNSPECIFIED is not allowed"}
      );
    } else {
      // The numbers from 1 are the bits from the first.
      set |= static_cast<FallbackConditions>(1U << (static_cast<unsigned>(number) - 1U));
    }
  }
  return set;
}

}  // namespace

void ReadRouting(
    const v1::RoutingOptions& options, ExtractCall& call, std::vector<FieldViolation>& violations
) {
  const auto violate = [&violations](std::string field, std::string problem) {
    violations.push_back({std::move(field), std::move(problem)});
  };
  const int count = options.fallbacks_size();
  if (count == 0) violate("routing.fallbacks", "is empty: name a target");
  if (count > kMaxFallbacks) {
    violate("routing.fallbacks", fmt::format("has {} targets, at most {}", count, kMaxFallbacks));
  }
  std::vector<Target> before = {{call.model, call.provider, call.mode, call.mode_number_name}};
  for (int i = 0; i < std::min(count, kMaxFallbacks); ++i) {
    Target target = ReadTargetOf(options.fallbacks(i));
    const std::string field = fmt::format("routing.fallbacks[{}]", i);
    if (target.model.empty() && target.provider.empty()) {
      violate(field + ".model", "name one as provider/model");
    } else if (std::ranges::find(before, target) != before.end()) {
      violate(field, "is the same as a target before it");
    }
    if (options.fallbacks(i).mode() == v1::MODE_CUSTOM) {
      violate(field + ".mode", std::string(kCustomMode));
    }
    before.push_back(target);
    call.fallbacks.push_back(std::move(target));
  }
  call.fallback_on = ReadConditions(options, violations);
}

}  // namespace extractd
