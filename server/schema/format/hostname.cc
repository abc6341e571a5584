// Host names, plain and internationalised.
#include <algorithm>
#include <optional>

#include "server/base/strings.h"
#include "server/base/utf8.h"
#include "server/schema/format/idna.h"
#include "server/schema/format/punycode.h"
#include "server/schema/format/rules.h"
#include "server/schema/format/scan.h"

namespace extractd::schema {
namespace {

constexpr size_t kMaxLabel = 63;
constexpr size_t kMaxHostname = 253;
// A name of so many bytes cannot be short enough, whatever it is encoded as.
constexpr size_t kMaxText = 4 * kMaxHostname;
constexpr std::string_view kPrefix = "xn--";

bool IsLabelByte(char c) {
  return json::IsLetter(c) || json::IsDigit(c) || c == '-';
}

bool IsPlainLabel(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && !label.starts_with('-') &&
         !label.ends_with('-') && std::ranges::all_of(label, IsLabelByte);
}

bool HasReservedHyphens(const CodePoints& label) {
  return label.size() >= 4 && label[2] == '-' && label[3] == '-';
}

// One label as Unicode text.
struct Label {
  CodePoints text = {};
  size_t encoded_size = 0;  // in the DNS
};

// An "xn--…" label is what its text would be encoded as, and its text is a label.
std::optional<Label> DecodeALabel(std::string_view label) {
  if (!IsPlainLabel(label)) return std::nullopt;
  const std::string lower = ToLower(label.substr(kPrefix.size()));
  std::optional<CodePoints> text = DecodePunycode(lower);
  if (!text.has_value() || EncodePunycode(*text) != lower) return std::nullopt;
  const bool ascii = std::ranges::all_of(*text, [](char32_t c) { return c < 0x80; });
  if (ascii || HasReservedHyphens(*text) || text->front() == '-' || text->back() == '-') {
    return std::nullopt;
  }
  if (!HasAllowedCodePoints(*text)) return std::nullopt;
  return Label{.text = *std::move(text), .encoded_size = label.size()};
}

std::optional<Label> ReadULabel(const CodePoints& text) {
  if (text.front() == '-' || text.back() == '-' || HasReservedHyphens(text)) return std::nullopt;
  if (!HasAllowedCodePoints(text)) return std::nullopt;
  const size_t size = kPrefix.size() + EncodePunycode(text).size();
  if (size > kMaxLabel) return std::nullopt;
  return Label{.text = text, .encoded_size = size};
}

std::optional<Label> ReadLabel(const CodePoints& text, bool reserved_hyphens_allowed) {
  if (text.empty()) return std::nullopt;
  if (!std::ranges::all_of(text, [](char32_t c) { return c < 0x80; })) return ReadULabel(text);
  std::string ascii;
  for (const char32_t c : text) ascii.push_back(static_cast<char>(c));
  if (ToLower(ascii).starts_with(kPrefix)) return DecodeALabel(ascii);
  if (!IsPlainLabel(ascii)) return std::nullopt;
  if (!reserved_hyphens_allowed && HasReservedHyphens(text)) return std::nullopt;
  for (char& c : ascii) c = ToLower(std::string_view(&c, 1)).front();
  return Label{.text = CodePoints(ascii.begin(), ascii.end()), .encoded_size = ascii.size()};
}

bool IsSeparator(char32_t c, bool international) {
  return c == '.' || (international && (c == 0x3002 || c == 0xFF0E || c == 0xFF61));
}

bool AreLabels(const std::vector<CodePoints>& texts, bool international) {
  bool right_to_left = false;
  size_t size = texts.size() - 1;
  std::vector<CodePoints> labels;
  for (const CodePoints& text : texts) {
    std::optional<Label> label = ReadLabel(text, !international);
    if (!label.has_value()) return false;
    right_to_left = right_to_left || HasRightToLeft(label->text);
    size += label->encoded_size;
    labels.push_back(std::move(label->text));
  }
  if (size > kMaxHostname) return false;
  return !right_to_left || std::ranges::all_of(labels, ObeysBidiRule);
}

bool IsName(std::string_view text, bool international) {
  if (text.empty() || text.size() > kMaxText) return false;
  std::vector<CodePoints> labels(1);
  while (!text.empty()) {
    const CodePoint point = DecodeUtf8(text);
    if (point.size == 0 || (!international && point.value >= 0x80)) return false;
    text.remove_prefix(point.size);
    if (IsSeparator(point.value, international)) {
      labels.emplace_back();
    } else {
      labels.back().push_back(point.value);
    }
  }
  return AreLabels(labels, international);
}

// The usual case, for which nothing is allocated.
bool IsPlainName(std::string_view text) {
  if (text.size() > kMaxHostname) return false;
  while (true) {
    const size_t dot = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, dot);
    if (!IsPlainLabel(label) || (label.size() >= 4 && label.substr(2, 2) == "--")) return false;
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

bool IsHostname(std::string_view text) {
  return IsPlainName(text) || IsName(text, false);
}

bool IsIdnHostname(std::string_view text) {
  return IsPlainName(text) || IsName(text, true);
}

bool IsIdnHostnameOnceNormalised(std::string_view text) {
  return IsPlainName(text) || (text.size() <= kMaxText && IsName(Normalise(text), true));
}

}  // namespace extractd::schema
