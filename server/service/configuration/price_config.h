// The prices that are in force: the built-in ones, and before them those of the operator's file.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_PRICE_CONFIG_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_PRICE_CONFIG_H_

#include <memory>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "server/registry/prices.h"
#include "server/service/configuration/config_files.h"

namespace extractd {

// `path`: the setting prices_file; empty: there is none. Its prices count before those of `rows`,
// which stand with the providers, and those before the built-in ones. InvalidArgument: the file
// cannot be read, is larger than 4 MiB, or a price in it is wrong; lists every problem, one a line.
absl::StatusOr<std::shared_ptr<const PriceTable>> LoadPrices(
    const std::string& path, std::vector<Price> rows, ConfigFiles& files
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_PRICE_CONFIG_H_
