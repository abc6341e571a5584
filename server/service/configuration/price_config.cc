#include "server/service/configuration/price_config.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/providers/prices/built_in_prices.h"
#include "server/registry/price_file.h"

namespace extractd {
namespace {

constexpr std::uintmax_t kMaxFileBytes = 4 << 20U;

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) > kMaxFileBytes && !error) {
    return absl::InvalidArgumentError("is larger than 4 MiB");
  }
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return absl::InvalidArgumentError("cannot be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

absl::StatusOr<std::shared_ptr<const PriceTable>> LoadPrices(
    const std::string& file, std::vector<Price> rows
) {
  std::vector<Price> prices = providers::BuiltInPrices();
  prices.insert(
      prices.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end())
  );
  if (!file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadText(file));
    ASSIGN_OR_RETURN(std::vector<Price> own, ParsePrices(text));
    prices.insert(
        prices.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end())
    );
  }
  return std::make_shared<const PriceTable>(std::move(prices));
}

}  // namespace extractd
