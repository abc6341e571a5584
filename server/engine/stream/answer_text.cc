#include "server/engine/stream/answer_text.h"

#include <algorithm>
#include <variant>

#include "server/json/lexical.h"
#include "server/json/parse.h"
#include "server/json/surrogates.h"

namespace extractd {
namespace {

std::string_view SkipBlank(std::string_view text) {
  while (!text.empty() && json::IsSpace(text.front())) text.remove_prefix(1);
  return text;
}

}  // namespace

bool StartsWithBracket(std::string_view text) {
  text = SkipBlank(text);
  return text.starts_with('{') || text.starts_with('[');
}

bool StartsWithValue(std::string_view text) {
  text = SkipBlank(text);
  if (text.starts_with("```")) text = text.substr(std::min(text.find('\n'), text.size()));
  return StartsWithBracket(text);
}

bool IsSameValue(std::string_view a, std::string_view b) {
  const json::ParseResult left = json::ParseView(a);
  const json::ParseResult right = json::ParseView(b);
  const auto* first = std::get_if<json::Document>(&left);
  const auto* second = std::get_if<json::Document>(&right);
  return first != nullptr && second != nullptr && json::Equal(first->root(), second->root());
}

bool IsPlainJson(std::string_view text) {
  const json::ParseResult parsed =
      json::ParseView(text, {.duplicate_keys = json::DuplicateKeys::kReject});
  return std::holds_alternative<json::Document>(parsed) &&
         !json::ReplaceUnpairedSurrogates(text).has_value();
}

std::string Unescape(std::string_view token) {
  std::string name;
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~' || i + 1 == token.size()) {
      name += token[i];
    } else {
      name += token[++i] == '0' ? '~' : '/';
    }
  }
  return name;
}

}  // namespace extractd
