#include "server/json/decimal.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <memory>
#include <string>

#include <openssl/bn.h>

namespace extractd::json {
namespace {

constexpr size_t kFastDigits = 18;  // any integer of so many digits fits into 64 bits

// Digits without sign and without zeros at either end, times 10^exponent: one form per value. Zero
// has no digits. The digits stay in the text, around its point.
class Decimal {
 public:
  explicit Decimal(std::string_view text) {
    if (text.starts_with('-')) {
      negative_ = true;
      text.remove_prefix(1);
    }
    std::int64_t exponent = 0;
    if (const size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
      exponent = ReadExponent(text.substr(e + 1));
      text = text.substr(0, e);
    }
    const size_t point = text.find('.');
    whole_ = text.substr(0, point);
    if (point != std::string_view::npos) fraction_ = text.substr(point + 1);
    exponent_ = exponent - static_cast<std::int64_t>(fraction_.size());
    TrimZeros();
  }

  bool zero() const { return begin_ == end_; }
  bool negative() const { return negative_ && !zero(); }
  size_t size() const { return end_ - begin_; }
  char digit(size_t i) const {
    i += begin_;
    return i < whole_.size() ? whole_[i] : fraction_[i - whole_.size()];
  }
  std::int64_t exponent() const { return exponent_; }
  // Power of ten of the first digit.
  std::int64_t magnitude() const { return exponent_ + static_cast<std::int64_t>(size()) - 1; }

 private:
  static std::int64_t ReadExponent(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }

  void TrimZeros() {
    end_ = whole_.size() + fraction_.size();
    while (begin_ < end_ && digit(0) == '0') ++begin_;
    while (begin_ < end_ && digit(size() - 1) == '0') {
      --end_;
      ++exponent_;
    }
  }

  std::string_view whole_;
  std::string_view fraction_;
  size_t begin_ = 0;
  size_t end_ = 0;
  std::int64_t exponent_ = 0;
  bool negative_ = false;
};

int CompareMagnitudes(const Decimal& a, const Decimal& b) {
  if (a.magnitude() != b.magnitude()) return a.magnitude() < b.magnitude() ? -1 : 1;
  const size_t shared = std::min(a.size(), b.size());
  for (size_t i = 0; i < shared; ++i) {
    if (a.digit(i) != b.digit(i)) return a.digit(i) < b.digit(i) ? -1 : 1;
  }
  if (a.size() == b.size()) return 0;
  return a.size() < b.size() ? -1 : 1;
}

std::uint64_t MultiplyModulo(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(a) * b % modulus);
}

// Digits [first, first + count) of `number`, as an integer. REQUIRES: count <= kFastDigits.
std::uint64_t DigitsAsInteger(const Decimal& number, size_t first, size_t count) {
  std::uint64_t value = 0;
  for (size_t i = first; i < first + count; ++i) {
    value = value * 10 + static_cast<std::uint64_t>(number.digit(i) - '0');
  }
  return value;
}

std::uint64_t PowerOfTen(size_t exponent) {
  std::uint64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

// Calls `take(scale, digits)` for the digits of `number` in groups of up to kFastDigits, so that
// value = value * scale + digits adds them up.
template <class Take>
void ForEachGroup(const Decimal& number, Take take) {
  for (size_t i = 0; i < number.size(); i += kFastDigits) {
    const size_t count = std::min(kFastDigits, number.size() - i);
    take(PowerOfTen(count), DigitsAsInteger(number, i, count));
  }
}

// digits(number) * 10^power is a multiple of `divisor`.
bool IsMultipleOfSmall(const Decimal& number, std::int64_t power, std::uint64_t divisor) {
  std::uint64_t rest = 0;
  ForEachGroup(number, [&](std::uint64_t scale, std::uint64_t digits) {
    rest = (MultiplyModulo(rest, scale, divisor) + digits % divisor) % divisor;
  });
  std::uint64_t base = 10 % divisor;
  for (; power > 0; power >>= 1U) {
    if ((power & 1) != 0) rest = MultiplyModulo(rest, base, divisor);
    base = MultiplyModulo(base, base, divisor);
  }
  return rest == 0;
}

struct BigNumberDeleter {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using BigNumber = std::unique_ptr<BIGNUM, BigNumberDeleter>;

std::string DigitsOf(const Decimal& number) {
  std::string digits;
  for (size_t i = 0; i < number.size(); ++i) digits.push_back(number.digit(i));
  return digits;
}

// As IsMultipleOfSmall, for divisors beyond 64 bits. Reads the digits group by group, since turning
// a long text into a big number at once is quadratic.
bool IsMultipleOfBig(const Decimal& number, std::int64_t power, const Decimal& divisor) {
  const std::unique_ptr<BN_CTX, BigNumberDeleter> context(BN_CTX_new());
  BIGNUM* parsed = nullptr;
  BN_dec2bn(&parsed, DigitsOf(divisor).c_str());
  const BigNumber modulus(parsed);
  const BigNumber rest(BN_new());
  ForEachGroup(number, [&](std::uint64_t scale, std::uint64_t digits) {
    BN_mul_word(rest.get(), scale);
    BN_add_word(rest.get(), digits);
    BN_mod(rest.get(), rest.get(), modulus.get(), context.get());
  });
  const BigNumber ten(BN_new());
  const BigNumber exponent(BN_new());
  const BigNumber factor(BN_new());
  BN_set_word(ten.get(), 10);
  BN_set_word(exponent.get(), static_cast<BN_ULONG>(power));
  BN_mod_exp(factor.get(), ten.get(), exponent.get(), modulus.get(), context.get());
  BN_mod_mul(rest.get(), rest.get(), factor.get(), modulus.get(), context.get());
  return BN_is_zero(rest.get()) == 1;
}

}  // namespace

std::optional<std::int64_t> ToInt64(std::string_view number) {
  std::int64_t value = 0;
  const char* end = number.data() + number.size();
  const auto [at, error] = std::from_chars(number.data(), end, value);
  if (error == std::errc() && at == end) return value;
  const Decimal decimal(number);
  if (decimal.zero()) return 0;
  if (decimal.exponent() < 0 || decimal.magnitude() > static_cast<std::int64_t>(kFastDigits)) {
    return std::nullopt;
  }
  std::string digits = decimal.negative() ? "-" : "";
  digits += DigitsOf(decimal);
  digits.append(static_cast<size_t>(decimal.exponent()), '0');
  const auto [last, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failed != std::errc()) return std::nullopt;
  return value;
}

int CompareNumbers(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  const Decimal left(a);
  const Decimal right(b);
  if (left.zero() || right.zero() || left.negative() != right.negative()) {
    const auto sign = [](const Decimal& d) { return d.zero() ? 0 : (d.negative() ? -1 : 1); };
    return sign(left) - sign(right);
  }
  const int order = CompareMagnitudes(left, right);
  return left.negative() ? -order : order;
}

bool IsInteger(std::string_view number) {
  if (number.find_first_of(".eE") == std::string_view::npos) return true;
  const Decimal decimal(number);
  return decimal.zero() || decimal.exponent() >= 0;
}

bool IsMultipleOf(std::string_view number, std::string_view divisor) {
  const Decimal dividend(number);
  const Decimal step(divisor);
  if (dividend.zero()) return true;
  // Neither has zeros at its end, so a negative power would leave a fraction.
  const std::int64_t power = dividend.exponent() - step.exponent();
  if (power < 0) return false;
  if (step.size() > kFastDigits) return IsMultipleOfBig(dividend, power, step);
  return IsMultipleOfSmall(dividend, power, DigitsAsInteger(step, 0, step.size()));
}

}  // namespace extractd::json
