// The prices that are in force: the built-in ones, and before them those of the operator's file.
#ifndef EXTRACTD_SERVER_SERVICE_PRICE_CONFIG_H_
#define EXTRACTD_SERVER_SERVICE_PRICE_CONFIG_H_

#include <memory>
#include <string>

#include <absl/status/statusor.h>

#include "server/registry/prices.h"

namespace extractd {

// `file`: the setting prices_file; empty: the built-in ones alone. InvalidArgument: it cannot be
// read, is larger than 4 MiB, or a price in it is wrong; lists every problem, one a line.
absl::StatusOr<std::shared_ptr<const PriceTable>> LoadPrices(const std::string& file);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_PRICE_CONFIG_H_
