#include "server/service/configuration/price_config.h"

#include <iterator>
#include <utility>

#include "server/base/status_macros.h"
#include "server/providers/prices/built_in_prices.h"
#include "server/registry/price_file.h"

namespace extractd {
namespace {

void Append(std::vector<Price> added, std::vector<Price>& prices) {
  prices.insert(
      prices.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end())
  );
}

}  // namespace

absl::StatusOr<std::shared_ptr<const PriceTable>> LoadPrices(
    const std::string& path, std::vector<Price> rows, ConfigFiles& files
) {
  std::vector<Price> prices = providers::BuiltInPrices();
  Append(std::move(rows), prices);
  if (!path.empty()) {
    ASSIGN_OR_RETURN(const std::string text, files.Read(path));
    ASSIGN_OR_RETURN(std::vector<Price> own, ParsePrices(text));
    Append(std::move(own), prices);
  }
  return std::make_shared<const PriceTable>(std::move(prices));
}

}  // namespace extractd
