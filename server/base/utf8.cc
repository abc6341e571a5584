#include "server/base/utf8.h"

#include <algorithm>
#include <cstring>

namespace extractd {
namespace {

constexpr std::uint32_t kMaxCodePoint = 0x10FFFF;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

constexpr bool IsContinuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

// Length that a lead byte announces and the smallest code point that needs it.
struct LeadByte {
  size_t size = 0;
  std::uint32_t bits = 0;
  std::uint32_t minimum = 0;
};

constexpr LeadByte ReadLead(unsigned char byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte < 0xC2) return {};
  if (byte < 0xE0) return {2, byte & 0x1FU, 0x80};
  if (byte < 0xF0) return {3, byte & 0x0FU, 0x800};
  if (byte < 0xF5) return {4, byte & 0x07U, 0x10000};
  return {};
}

// Bytes of ASCII at the start of `text`; eight are looked at together.
size_t AsciiPrefix(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  size_t at = 0;
  for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & kHighBits) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

CodePoint DecodeUtf8(std::string_view text) {
  if (text.empty()) return {};
  const LeadByte lead = ReadLead(static_cast<unsigned char>(text[0]));
  if (lead.size == 0 || text.size() < lead.size) return {};
  std::uint32_t value = lead.bits;
  for (size_t i = 1; i < lead.size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (!IsContinuation(byte)) return {};
    value = (value << 6U) | (byte & 0x3FU);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < lead.minimum || value > kMaxCodePoint || surrogate) return {};
  return {value, lead.size};
}

void AppendUtf8(std::uint32_t code_point, std::string& out) {
  const auto continuation = [code_point](unsigned shift) {
    return static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
  };
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out.push_back(static_cast<char>(0xC0U | (code_point >> 6U)));
    out.push_back(continuation(0));
  } else if (code_point < 0x10000) {
    out.push_back(static_cast<char>(0xE0U | (code_point >> 12U)));
    out.push_back(continuation(6));
    out.push_back(continuation(0));
  } else {
    out.push_back(static_cast<char>(0xF0U | (code_point >> 18U)));
    out.push_back(continuation(12));
    out.push_back(continuation(6));
    out.push_back(continuation(0));
  }
}

bool IsCutCodePoint(std::string_view text) {
  if (text.empty()) return false;
  const LeadByte lead = ReadLead(static_cast<unsigned char>(text[0]));
  if (text.size() >= lead.size) return false;
  return std::ranges::all_of(text.substr(1), [](char c) {
    return IsContinuation(static_cast<unsigned char>(c));
  });
}

bool IsValidUtf8(std::string_view text) {
  text.remove_prefix(AsciiPrefix(text));
  while (!text.empty()) {
    const CodePoint point = DecodeUtf8(text);
    if (point.size == 0) return false;
    text.remove_prefix(point.size);
    text.remove_prefix(AsciiPrefix(text));
  }
  return true;
}

std::string ReplaceInvalidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = DecodeUtf8(text);
    if (point.size == 0) {
      out.append(kReplacement);
      text.remove_prefix(1);
      while (!text.empty() && IsContinuation(static_cast<unsigned char>(text[0]))) {
        text.remove_prefix(1);
      }
      continue;
    }
    out.append(text.substr(0, point.size));
    text.remove_prefix(point.size);
  }
  return out;
}

std::string_view CutUtf8(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  while (end > 0 && IsContinuation(static_cast<unsigned char>(text[end]))) --end;
  return text.substr(0, end);
}

size_t CountCodePoints(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += IsContinuation(static_cast<unsigned char>(c)) ? 0 : 1;
  return count;
}

}  // namespace extractd
