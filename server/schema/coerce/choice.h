// Which of a schema's allowed values a text means.
#ifndef EXTRACTD_SERVER_SCHEMA_COERCE_CHOICE_H_
#define EXTRACTD_SERVER_SCHEMA_COERCE_CHOICE_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/value.h"

namespace extractd::schema {

// An allowed value with other names that models may know it by.
struct NamedValue {
  const json::Value* value = nullptr;
  std::vector<std::string> aliases = {};
  std::string description = {};  // "alias: description" is the value, too
};

struct Choice {
  const json::Value* value = nullptr;
  bool lossless = true;  // false where text around its name was dropped
};

// In this order, the first rule that names exactly one value counts: its name, its aliases, the
// same without case, without punctuation, without accents; then the only one whose name stands as a
// word in a text of at most kMaxProseBytes, unless it is denied there. Numbers and literals are
// named by their JSON text.
std::optional<Choice> ChooseValue(std::string_view text, std::span<const NamedValue> values);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COERCE_CHOICE_H_
