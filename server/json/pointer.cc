#include "server/json/pointer.h"

#include <charconv>

namespace extractd::json {
namespace {

std::optional<std::string> Unescape(std::string_view token) {
  std::string out;
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out.push_back(token[i]);
      continue;
    }
    const char next = i + 1 < token.size() ? token[++i] : '\0';
    if (next != '0' && next != '1') return std::nullopt;
    out.push_back(next == '0' ? '~' : '/');
  }
  return out;
}

// Array indices have no sign and no leading zero.
std::optional<size_t> ReadIndex(std::string_view token) {
  if (token.empty() || (token.size() > 1 && token[0] == '0')) return std::nullopt;
  size_t index = 0;
  const char* end = token.data() + token.size();
  const auto [at, error] = std::from_chars(token.data(), end, index);
  if (error != std::errc() || at != end) return std::nullopt;
  return index;
}

const Value* Child(const Value& value, std::string_view token) {
  if (value.is_object()) return value.Find(token);
  if (!value.is_array()) return nullptr;
  const std::optional<size_t> index = ReadIndex(token);
  return index.has_value() ? value.At(*index) : nullptr;
}

}  // namespace

void AppendToken(std::string_view token, std::string& pointer) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

void AppendToken(size_t index, std::string& pointer) {
  pointer += '/';
  pointer += std::to_string(index);
}

std::optional<std::vector<std::string>> SplitPointer(std::string_view pointer) {
  std::vector<std::string> tokens;
  if (pointer.empty()) return tokens;
  if (pointer[0] != '/') return std::nullopt;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const size_t end = pointer.find('/');
    std::optional<std::string> token = Unescape(pointer.substr(0, end));
    if (!token.has_value()) return std::nullopt;
    tokens.push_back(*std::move(token));
    pointer = end == std::string_view::npos ? std::string_view{} : pointer.substr(end);
  }
  return tokens;
}

const Value* Resolve(const Value& root, std::string_view pointer) {
  const std::optional<std::vector<std::string>> tokens = SplitPointer(pointer);
  if (!tokens.has_value()) return nullptr;
  const Value* at = &root;
  for (const std::string& token : *tokens) {
    at = Child(*at, token);
    if (at == nullptr) return nullptr;
  }
  return at;
}

}  // namespace extractd::json
