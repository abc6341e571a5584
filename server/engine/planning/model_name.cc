#include "server/engine/planning/model_name.h"

#include <cstddef>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/engine/planning/defaults.h"
#include "server/engine/planning/invalid_field.h"

namespace extractd {

absl::StatusOr<ModelName> SplitModel(const ExtractCall& call, const CallSettings& settings) {
  if (!call.provider.empty()) return ModelName{call.provider, call.model};
  const std::string& name = ModelOf(call, settings);
  if (name.empty()) {
    return InvalidField("model", "name one as provider/model, or configure default_model");
  }
  const size_t slash = name.find('/');
  if (slash == std::string::npos) {
    return InvalidField("model", fmt::format("'{}' names no provider: use provider/model", name));
  }
  const std::string_view text = name;
  return ModelName{text.substr(0, slash), text.substr(slash + 1)};
}

absl::StatusOr<std::string> ChooseModel(const ProviderRow& row, std::string_view model) {
  if (!model.empty()) return std::string(model);
  if (!row.default_model.empty()) return row.default_model;
  return MakeError(
      {.reason = Reason::kUnknownModel, .metadata = {{"provider", row.name}}},
      fmt::format("provider '{0}' has no default model: name one as {0}/model", row.name)
  );
}

}  // namespace extractd
