// The prices that are compiled in: prices.json beside this file, whose form is that of
// registry/price_file.h. What they are taken from, and how they are kept: docs/prices.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_PRICES_BUILT_IN_PRICES_H_
#define EXTRACTD_SERVER_PROVIDERS_PRICES_BUILT_IN_PRICES_H_

#include <string_view>
#include <vector>

#include "server/registry/prices.h"

namespace extractd::providers {

std::vector<Price> BuiltInPrices();

// The text of prices.json. Generated.
extern const std::string_view kBuiltInPriceFile;

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_PRICES_BUILT_IN_PRICES_H_
