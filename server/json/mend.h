// Mending a text without a schema: JSON from almost-JSON, or why not.
#ifndef EXTRACTD_SERVER_JSON_MEND_H_
#define EXTRACTD_SERVER_JSON_MEND_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/json/repair.h"

namespace extractd::json {

struct Mended {
  std::string json = {};
  std::vector<Repair> repairs = {};  // empty: `json` is the text, without white space around it
};

struct MendFailure {
  std::string message = {};  // what is wrong or would be lost, without words of the text
  size_t offset = 0;         // where; the size of the text at most
};

// Strict JSON without doubled names stays byte for byte. Anything else is read as ParseTolerant
// does (tolerant.h), where `max_loss` allows every change it takes. A text that ends open is closed
// only with kLossy; one that ends in a think block has no value.
std::variant<Mended, MendFailure> Mend(std::string_view text, MaxLoss max_loss);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_MEND_H_
