// The groups of model families that model_families.cc puts together, one a file.
#ifndef EXTRACTD_SERVER_PROVIDERS_MODELS_MODEL_GROUPS_H_
#define EXTRACTD_SERVER_PROVIDERS_MODELS_MODEL_GROUPS_H_

#include <vector>

#include "server/registry/provider_row.h"

namespace extractd::providers {

std::vector<ModelFamily> AnthropicModels();
std::vector<ModelFamily> BedrockModels();
std::vector<ModelFamily> CohereModels();
std::vector<ModelFamily> GoogleModels();
std::vector<ModelFamily> OpenAiModels();
std::vector<ModelFamily> VendorModels();
std::vector<ModelFamily> HostedModels();
std::vector<ModelFamily> OpenModels();

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_MODELS_MODEL_GROUPS_H_
