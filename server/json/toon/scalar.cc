#include "server/json/toon/scalar.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/lexical.h"

namespace extractd::json::toon {
namespace {

// Bytes that an unquoted string cannot hold, wherever they stand.
constexpr std::array<bool, 256> kNeedsQuotes = [] {
  std::array<bool, 256> needs{};
  for (size_t i = 0; i < 0x20; ++i) needs[i] = true;
  for (const char c : {':', '"', '\\', '[', ']', '{', '}'}) needs[static_cast<size_t>(c)] = true;
  return needs;
}();

bool StartsBareKey(char c) {
  return IsLetter(c) || c == '_';
}

// Digits from `at` on; false if there is none.
bool SkipDigits(std::string_view text, size_t& at) {
  const size_t start = at;
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at > start;
}

// A fraction and an exponent at `at`, both optional, up to the end.
bool IsNumberTail(std::string_view text, size_t at) {
  if (at < text.size() && text[at] == '.' && !SkipDigits(text, ++at)) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!SkipDigits(text, at)) return false;
  }
  return at == text.size();
}

// Wider than IsNumber: a sign of plus and leading zeros are strings, but quoted ones.
bool LooksLikeNumber(std::string_view text) {
  size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  return SkipDigits(text, at) && IsNumberTail(text, at);
}

bool NeedsQuotes(std::string_view text, char delimiter) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return true;
  if (text.front() == '-' || text.front() == '#') return true;
  if (text == "true" || text == "false" || text == "null") return true;
  for (const char c : text) {
    if (kNeedsQuotes[static_cast<unsigned char>(c)] || c == delimiter) return true;
  }
  return LooksLikeNumber(text);
}

void AppendQuoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\':
        out += '\\';
        out += c;
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// Appends what the escape at the start of `text`, behind its backslash, stands for; its size, or 0
// if it is none.
size_t ReadEscape(std::string_view text, std::string& out) {
  constexpr size_t kHexDigits = 4;
  switch (text.empty() ? '\0' : text.front()) {
    case '"':
    case '\\':
      out += text.front();
      return 1;
    case 'n':
      out += '\n';
      return 1;
    case 'r':
      out += '\r';
      return 1;
    case 't':
      out += '\t';
      return 1;
    case 'u':
      break;
    default:
      return 0;
  }
  const HexDigits hex = ReadHex(text.substr(1), kHexDigits);
  const bool surrogate = hex.value >= 0xD800 && hex.value <= 0xDFFF;
  if (hex.size != kHexDigits || surrogate) return 0;
  AppendUtf8(hex.value, out);
  return 1 + kHexDigits;
}

}  // namespace

bool IsBareKey(std::string_view key) {
  return !key.empty() && StartsBareKey(key.front()) && std::ranges::all_of(key, [](char c) {
    return StartsBareKey(c) || IsDigit(c) || c == '.';
  });
}

bool IsNumber(std::string_view text) {
  size_t at = text.starts_with('-') ? 1 : 0;
  const size_t integer = at;
  if (!SkipDigits(text, at)) return false;
  if (at - integer > 1 && text[integer] == '0') return false;
  return IsNumberTail(text, at);
}

void AppendKey(std::string_view key, std::string& out) {
  if (IsBareKey(key)) {
    out += key;
  } else if (IsValidUtf8(key)) {
    AppendQuoted(key, out);
  } else {
    AppendQuoted(ReplaceInvalidUtf8(key), out);
  }
}

void AppendString(std::string_view text, char delimiter, std::string& out) {
  if (!IsValidUtf8(text)) return AppendString(ReplaceInvalidUtf8(text), delimiter, out);
  if (NeedsQuotes(text, delimiter)) {
    AppendQuoted(text, out);
  } else {
    out += text;
  }
}

std::optional<std::string_view> Unquote(std::string_view token, std::string& buffer) {
  if (token.size() < 2 || token.front() != '"') return std::nullopt;
  const std::string_view inside = token.substr(1);
  const size_t plain = inside.find_first_of("\"\\");
  if (plain == std::string_view::npos) return std::nullopt;
  if (inside[plain] == '"') {
    if (plain + 1 != inside.size()) return std::nullopt;
    return inside.substr(0, plain);
  }
  buffer = inside.substr(0, plain);
  for (size_t at = plain; at < inside.size();) {
    if (inside[at] == '"') {
      if (at + 1 != inside.size()) return std::nullopt;
      return buffer;
    }
    if (inside[at] != '\\') {
      buffer += inside[at++];
      continue;
    }
    const size_t size = ReadEscape(inside.substr(at + 1), buffer);
    if (size == 0) return std::nullopt;
    at += 1 + size;
  }
  return std::nullopt;
}

std::string_view TrimSpaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

size_t FindUnquoted(std::string_view text, std::string_view wanted) {
  bool quoted = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted) {
      if (c == '\\') ++at;
    } else if (wanted.find(c) != std::string_view::npos) {
      return at;
    }
  }
  return text.size();
}

void Split(std::string_view text, char delimiter, std::vector<std::string_view>& parts) {
  parts.clear();
  while (true) {
    const size_t end = FindUnquoted(text, {&delimiter, 1});
    parts.push_back(TrimSpaces(text.substr(0, end)));
    if (end >= text.size()) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace extractd::json::toon
