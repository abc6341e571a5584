// Prices as a file: what is compiled in has the same form as what an operator adds.
//
//   {"prices": [
//     {"provider": "acme", "model": "acme-large", "input": 2.5, "output": 10, "cached_input": 0.25,
//      "cache_write": 3.125, "batch": {"input": 1.25, "output": 5},
//      "long_context": {"above_input_tokens": 200000, "input": 5, "output": 15}}]}
//
// Rates are USD per million tokens with at most six digits behind the point. docs/prices.md.
#ifndef EXTRACTD_SERVER_REGISTRY_PRICE_FILE_H_
#define EXTRACTD_SERVER_REGISTRY_PRICE_FILE_H_

#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/registry/prices.h"

namespace extractd {

// InvalidArgument: lists every problem, one a line, each with the row it is in.
absl::StatusOr<std::vector<Price>> ParsePrices(std::string_view text);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_PRICE_FILE_H_
