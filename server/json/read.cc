#include "server/json/read.h"

#include <variant>

#include "server/json/decimal.h"
#include "server/json/parse.h"

namespace extractd::json {

const Value* FindPath(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* at = &value;
  for (const std::string_view key : path) {
    at = at->Find(key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string_view StringMember(const Value& value, std::string_view key) {
  const Value* member = value.Find(key);
  return member != nullptr && member->is_string() ? member->string() : std::string_view{};
}

std::optional<std::int64_t> IntegerMember(const Value& value, std::string_view key) {
  const Value* member = value.Find(key);
  if (member == nullptr || !member->is_number()) return std::nullopt;
  return ToInt64(member->number());
}

bool IsJsonObject(std::string_view text) {
  const ParseResult parsed = ParseView(text);
  const auto* document = std::get_if<Document>(&parsed);
  return document != nullptr && document->root().is_object();
}

}  // namespace extractd::json
