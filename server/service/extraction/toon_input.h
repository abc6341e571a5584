// JSON of messages as TOON.
#ifndef EXTRACTD_SERVER_SERVICE_EXTRACTION_TOON_INPUT_H_
#define EXTRACTD_SERVER_SERVICE_EXTRACTION_TOON_INPUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace extractd {

struct ToonInput {
  std::string text = {};          // a code block
  std::int64_t saved_tokens = 0;  // against the JSON as it was; an estimate, above 0
};

// Nothing: `json` is not JSON, TOON could not hold all of it (doubled names, halves of surrogate
// pairs), or would not be shorter by our estimate.
std::optional<ToonInput> ShorterAsToon(std::string_view json);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_EXTRACTION_TOON_INPUT_H_
