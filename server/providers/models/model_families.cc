#include <iterator>
#include <utility>

#include "server/providers/models/model_groups.h"
#include "server/providers/provider_table.h"

namespace extractd::providers {

std::vector<ModelFamily> BuiltInModelFamilies() {
  std::vector<ModelFamily> all = OpenAiModels();
  std::vector<ModelFamily> open = OpenModels();
  all.insert(all.end(), std::move_iterator(open.begin()), std::move_iterator(open.end()));
  return all;
}

}  // namespace extractd::providers
