#include "server/schema/evaluate/value_hash.h"

#include <charconv>
#include <random>
#include <string_view>

#include <xxhash.h>

#include "server/json/lexical.h"

namespace extractd::schema {
namespace {

// The Mersenne prime of the polynomial hash over a number's digits.
constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61U) - 1;

struct Seeds {
  std::uint64_t text;
  std::uint64_t base;  // of the polynomial
};

const Seeds& ProcessSeeds() {
  static const Seeds seeds = [] {
    std::random_device device;
    const auto word = [&device] {
      return std::uint64_t{device()} << 32U | std::uint64_t{device()};
    };
    return Seeds{.text = word(), .base = word() % (kPrime - 1000) + 500};
  }();
  return seeds;
}

std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t words[] = {a, b};
  return XXH3_64bits_withSeed(words, sizeof(words), ProcessSeeds().text);
}

std::uint64_t MultiplyModulo(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(a) * b % kPrime);
}

// The digits without zeros at either end, as a polynomial, and the power of ten of the last one.
std::uint64_t HashNumber(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::uint64_t hash = 0;
  std::int64_t exponent = 0;
  std::int64_t zeros = 0;  // not yet followed by another digit
  bool fraction = false;
  for (size_t i = negative ? 1 : 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.') {
      fraction = true;
    } else if (json::IsDigit(c)) {
      if (fraction) --exponent;
      if (c == '0') {
        ++zeros;
        continue;
      }
      if (hash != 0) {
        for (; zeros > 0; --zeros) hash = MultiplyModulo(hash, ProcessSeeds().base);
      }
      zeros = 0;
      hash = MultiplyModulo(hash, ProcessSeeds().base) + static_cast<std::uint64_t>(c - '0');
    } else {
      std::string_view rest = text.substr(i + 1);
      if (rest.starts_with('+')) rest.remove_prefix(1);
      std::int64_t written = 0;
      std::from_chars(rest.data(), rest.data() + rest.size(), written);
      exponent += written;
      break;
    }
  }
  if (hash == 0) return Mix(0, 0);
  return Mix(hash + (negative ? 1U : 0U), static_cast<std::uint64_t>(exponent + zeros));
}

std::uint64_t HashText(std::string_view text) {
  return XXH3_64bits_withSeed(text.data(), text.size(), ProcessSeeds().text);
}

}  // namespace

std::uint64_t HashValue(const json::Value& value) {
  const auto type = static_cast<std::uint64_t>(value.type());
  std::uint64_t hash = 0;
  switch (value.type()) {
    case json::Type::kNull:
      break;
    case json::Type::kBoolean:
      hash = value.boolean() ? 1 : 0;
      break;
    case json::Type::kNumber:
      hash = HashNumber(value.number());
      break;
    case json::Type::kString:
      hash = HashText(value.string());
      break;
    case json::Type::kArray:
      for (const json::Value& element : value) hash = Mix(hash, HashValue(element));
      break;
    case json::Type::kObject:
      for (const json::Value& member : value) {
        hash += Mix(HashText(member.key()), HashValue(member));
      }
      break;
  }
  return Mix(hash, type);
}

}  // namespace extractd::schema
