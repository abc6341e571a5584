#include <iterator>
#include <utility>

#include "server/providers/models/model_groups.h"
#include "server/providers/provider_table.h"

namespace extractd::providers {

std::vector<ModelFamily> BuiltInModelFamilies() {
  std::vector<ModelFamily> all;
  for (const auto& group :
       {AnthropicModels,
        BedrockModels,
        CohereModels,
        GoogleModels,
        HostedModels,
        OpenAiModels,
        OpenModels,
        VendorModels}) {
    std::vector<ModelFamily> families = group();
    all.insert(all.end(), std::move_iterator(families.begin()), std::move_iterator(families.end()));
  }
  return all;
}

}  // namespace extractd::providers
