#include "server/schema/format/punycode.h"

#include <algorithm>
#include <cstdint>

#include "server/json/lexical.h"

namespace extractd::schema {
namespace {

// The parameters of RFC 3492, 5.
constexpr std::uint32_t kBase = 36;
constexpr std::uint32_t kMinThreshold = 1;
constexpr std::uint32_t kMaxThreshold = 26;
constexpr std::uint32_t kSkew = 38;
constexpr std::uint32_t kDamp = 700;
constexpr std::uint32_t kFirstBias = 72;
constexpr char32_t kFirstCodePoint = 0x80;

std::uint32_t Adapt(std::uint32_t delta, std::uint32_t count, bool first) {
  delta = first ? delta / kDamp : delta / 2;
  delta += delta / count;
  std::uint32_t k = 0;
  for (; delta > (kBase - kMinThreshold) * kMaxThreshold / 2; k += kBase) {
    delta /= kBase - kMinThreshold;
  }
  return k + (kBase - kMinThreshold + 1) * delta / (delta + kSkew);
}

std::uint32_t Threshold(std::uint32_t k, std::uint32_t bias) {
  if (k <= bias) return kMinThreshold;
  return std::min(k - bias, kMaxThreshold);
}

// kBase: no digit.
std::uint32_t DigitValue(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a');
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  return json::IsDigit(c) ? static_cast<std::uint32_t>(c - '0') + 26 : kBase;
}

char DigitFor(std::uint32_t value) {
  return static_cast<char>(
      value < 26 ? 'a' + static_cast<int>(value) : '0' + static_cast<int>(value) - 26
  );
}

// One number in the variable base of the format. Nothing: it ends early, or is too large.
std::optional<std::uint64_t> TakeNumber(std::string_view& text, std::uint32_t bias) {
  constexpr std::uint64_t kLimit = UINT32_MAX;
  std::uint64_t value = 0;
  std::uint64_t weight = 1;
  for (std::uint32_t k = kBase;; k += kBase) {
    const std::uint32_t digit = text.empty() ? kBase : DigitValue(text.front());
    if (digit == kBase) return std::nullopt;
    text.remove_prefix(1);
    value += digit * weight;
    if (value > kLimit) return std::nullopt;
    const std::uint32_t threshold = Threshold(k, bias);
    if (digit < threshold) return value;
    weight *= kBase - threshold;
    if (weight > kLimit) return std::nullopt;
  }
}

void PutNumber(std::uint32_t value, std::uint32_t bias, std::string& out) {
  for (std::uint32_t k = kBase;; k += kBase) {
    const std::uint32_t threshold = Threshold(k, bias);
    if (value < threshold) break;
    out.push_back(DigitFor(threshold + (value - threshold) % (kBase - threshold)));
    value = (value - threshold) / (kBase - threshold);
  }
  out.push_back(DigitFor(value));
}

}  // namespace

std::optional<CodePoints> DecodePunycode(std::string_view text) {
  CodePoints label;
  if (const size_t dash = text.rfind('-'); dash != std::string_view::npos) {
    for (const char c : text.substr(0, dash)) label.push_back(static_cast<unsigned char>(c));
    text.remove_prefix(dash + 1);
  }
  const size_t basic = label.size();
  std::uint64_t code_point = kFirstCodePoint;
  std::uint64_t at = 0;
  std::uint32_t bias = kFirstBias;
  while (!text.empty()) {
    const std::optional<std::uint64_t> delta = TakeNumber(text, bias);
    if (!delta.has_value()) return std::nullopt;
    const std::uint64_t count = label.size() + 1;
    bias = Adapt(
        static_cast<std::uint32_t>(*delta), static_cast<std::uint32_t>(count), label.size() == basic
    );
    at += *delta;
    code_point += at / count;
    at %= count;
    if (code_point > 0x10FFFF) return std::nullopt;
    label.insert(
        label.begin() + static_cast<std::ptrdiff_t>(at), static_cast<char32_t>(code_point)
    );
    ++at;
  }
  return label;
}

std::string EncodePunycode(const CodePoints& label) {
  std::string out;
  for (const char32_t c : label) {
    if (c < kFirstCodePoint) out.push_back(static_cast<char>(c));
  }
  const auto basic = static_cast<std::uint32_t>(out.size());
  std::uint32_t handled = basic;
  if (basic > 0) out.push_back('-');
  char32_t next = kFirstCodePoint;
  std::uint32_t delta = 0;
  std::uint32_t bias = kFirstBias;
  while (handled < label.size()) {
    char32_t least = 0x10FFFF;
    for (const char32_t c : label) {
      if (c >= next) least = std::min(least, c);
    }
    delta += static_cast<std::uint32_t>(least - next) * (handled + 1);
    next = least;
    for (const char32_t c : label) {
      if (c < next) ++delta;
      if (c != next) continue;
      PutNumber(delta, bias, out);
      bias = Adapt(delta, handled + 1, handled == basic);
      delta = 0;
      ++handled;
    }
    ++delta;
    ++next;
  }
  return out;
}

}  // namespace extractd::schema
