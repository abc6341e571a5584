#include "server/json/toon/number.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include "server/json/lexical.h"

namespace extractd::json::toon {
namespace {

// The value is 0.d₁d₂d₃… × 10^point, with d₁ and the last digit not zero.
struct Digits {
  std::string digits;
  std::int64_t point = 0;
};

Digits ReadDigits(std::string_view number) {
  Digits read;
  const size_t exponent_at = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, exponent_at);
  if (exponent_at < number.size()) {
    std::string_view exponent = number.substr(exponent_at + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    std::from_chars(exponent.data(), exponent.data() + exponent.size(), read.point);
  }
  const size_t dot = std::min(mantissa.find('.'), mantissa.size());
  read.point += static_cast<std::int64_t>(dot);
  read.digits = mantissa.substr(0, dot);
  if (dot < mantissa.size()) read.digits += mantissa.substr(dot + 1);

  const size_t first = std::min(read.digits.find_first_not_of('0'), read.digits.size());
  read.digits.erase(0, first);
  read.point -= static_cast<std::int64_t>(first);
  read.digits.resize(read.digits.find_last_not_of('0') + 1);
  return read;
}

void AppendPlain(const Digits& number, std::string& out) {
  if (number.point <= 0) {
    out += "0.";
    out.append(static_cast<size_t>(-number.point), '0');
    out += number.digits;
    return;
  }
  const auto point = static_cast<size_t>(number.point);
  if (number.digits.size() <= point) {
    out += number.digits;
    out.append(point - number.digits.size(), '0');
    return;
  }
  out.append(number.digits, 0, point);
  out += '.';
  out.append(number.digits, point);
}

void AppendScientific(const Digits& number, std::string& out) {
  out += number.digits.front();
  if (number.digits.size() > 1) {
    out += '.';
    out.append(number.digits, 1);
  }
  fmt::format_to(std::back_inserter(out), "e{:+}", number.point - 1);
}

// Moving the point can make the exponent one digit longer than what parsers take.
bool IsReadableExponent(std::int64_t exponent) {
  return fmt::formatted_size("{}", exponent < 0 ? -exponent : exponent) <= kMaxExponentDigits;
}

}  // namespace

void AppendCanonicalNumber(std::string_view number, std::string& out) {
  constexpr std::int64_t kSmallestPlain = -5;  // 0.000001
  constexpr std::int64_t kLargestPlain = 21;   // 21 digits before the point
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const Digits digits = ReadDigits(number);
  if (digits.digits.empty()) {
    out += '0';
    return;
  }
  if (negative) out += '-';
  if (digits.point >= kSmallestPlain && digits.point <= kLargestPlain) {
    AppendPlain(digits, out);
  } else if (IsReadableExponent(digits.point - 1)) {
    AppendScientific(digits, out);
  } else {
    out += number;
  }
}

}  // namespace extractd::json::toon
