// Which model of which provider a call names.
#ifndef EXTRACTD_SERVER_ENGINE_PLANNING_MODEL_NAME_H_
#define EXTRACTD_SERVER_ENGINE_PLANNING_MODEL_NAME_H_

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/engine/call.h"
#include "server/registry/provider_row.h"

namespace extractd {

// The provider and the provider's own name of the model; the latter may be empty.
struct ModelName {
  std::string_view provider;
  std::string_view model;
};

// Of the call, or of the defaults that it takes; views of their texts. kInvalidRequest.
absl::StatusOr<ModelName> SplitModel(const ExtractCall& call, const CallSettings& settings);

// `model`; the row's default if that is empty. kUnknownModel: it has none.
absl::StatusOr<std::string> ChooseModel(const ProviderRow& row, std::string_view model);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_PLANNING_MODEL_NAME_H_
