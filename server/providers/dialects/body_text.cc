#include "server/providers/dialects/body_text.h"

#include <cstdint>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/parse.h"

namespace extractd::providers {
namespace {

constexpr size_t kHalfBytes = 3;

// The surrogate that three bytes of WTF-8 spell; 0: they spell none.
std::uint32_t HalfAt(std::string_view text, size_t at) {
  if (at + kHalfBytes > text.size() || text[at] != '\xED') return 0;
  const auto second = static_cast<unsigned char>(text[at + 1]);
  const auto third = static_cast<unsigned char>(text[at + 2]);
  if (second < 0xA0U) return 0;
  return 0xD000U | ((second & 0x3FU) << 6U) | (third & 0x3FU);
}

}  // namespace

BodyText ReadBodyText(std::string_view text, std::string_view what) {
  json::ParseResult parsed = json::ParseView(text);
  if (auto* document = std::get_if<json::Document>(&parsed)) {
    return {.document = std::move(*document)};
  }
  if (text.empty()) return {.problem = fmt::format("{} is empty", what)};
  if (IsValidUtf8(text)) return {.problem = fmt::format("{} is not JSON", what)};
  json::ParseResult again = json::Parse(ReplaceInvalidUtf8(text));
  auto* document = std::get_if<json::Document>(&again);
  if (document == nullptr) return {.problem = fmt::format("{} is neither UTF-8 nor JSON", what)};
  return {.document = std::move(*document), .sanitized = true};
}

bool MendHalves(std::string& text) {
  if (IsValidUtf8(text)) return false;
  std::string joined;
  joined.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const std::uint32_t high = HalfAt(text, at);
    const std::uint32_t low = HalfAt(text, at + kHalfBytes);
    if (high >= 0xD800U && high < 0xDC00U && low >= 0xDC00U) {
      AppendUtf8(0x10000U + ((high - 0xD800U) << 10U) + (low - 0xDC00U), joined);
      at += 2 * kHalfBytes;
    } else {
      joined += text[at++];
    }
  }
  const bool whole = IsValidUtf8(joined);
  text = whole ? std::move(joined) : ReplaceInvalidUtf8(joined);
  return !whole;
}

}  // namespace extractd::providers
