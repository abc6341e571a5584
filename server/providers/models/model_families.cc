#include <iterator>
#include <utility>

#include "server/providers/models/model_groups.h"
#include "server/providers/provider_table.h"

namespace extractd::providers {

std::vector<ModelFamily> BuiltInModelFamilies() {
  std::vector<ModelFamily> all = OpenAiModels();
  for (std::vector<ModelFamily> group : {GoogleModels(), OpenModels()}) {
    all.insert(all.end(), std::move_iterator(group.begin()), std::move_iterator(group.end()));
  }
  return all;
}

}  // namespace extractd::providers
