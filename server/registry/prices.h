// Prices of models, and what a call costs by them: exact integers, rounded once at the end.
#ifndef EXTRACTD_SERVER_REGISTRY_PRICES_H_
#define EXTRACTD_SERVER_REGISTRY_PRICES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/numeric/int128.h>

#include "server/base/strings.h"
#include "server/chat/chat.h"

namespace extractd {

// Each in picodollars (1e-12 USD) a token: 1 USD per million tokens is 1,000,000 of them.
struct Rates {
  std::int64_t input = 0;
  std::int64_t output = 0;  // thoughts included
  // Absent: as input.
  std::optional<std::int64_t> cached_input = {};
  std::optional<std::int64_t> cache_write = {};
  friend bool operator==(const Rates&, const Rates&) = default;
};

// The rates of requests with more input tokens than that, for all their tokens.
struct LongContext {
  std::int64_t above_input_tokens = 0;
  Rates rates = {};
  friend bool operator==(const LongContext&, const LongContext&) = default;
};

struct Price {
  std::string provider = {};  // its name, not an alias
  // The provider's name of the model, which stands for its dated versions, too ("m" for
  // "m-2026-08-06", "m@20260806" and "m-latest"); with `*` at its end for every name that begins
  // so.
  std::string model = {};
  Rates rates = {};
  std::optional<LongContext> long_context = {};
  std::optional<Rates> batch = {};  // through the provider's batch API
  friend bool operator==(const Price&, const Price&) = default;
};

// Money spent, exact.
class Cost {
 public:
  Cost() = default;  // nothing, and nobody knows a price
  static Cost Of(absl::int128 picodollars);
  // Something was spent that has no known price.
  static Cost Unknown();

  // The known part in 1e-6 USD, rounded half up; nothing if no part is known.
  std::optional<std::int64_t> usd_micros() const;
  // The known part in USD, for counters that need no exactness.
  double usd() const;
  bool known() const { return known_; }
  // Some part is not known: usd_micros() is a lower bound.
  bool incomplete() const { return incomplete_; }
  void MarkIncomplete() { incomplete_ = true; }

  Cost& operator+=(const Cost& other);
  friend bool operator==(const Cost&, const Cost&) = default;

 private:
  absl::int128 picodollars_ = 0;
  bool known_ = false;
  bool incomplete_ = false;
};

enum class Service : std::uint8_t { kLive, kBatch };

// What `usage` costs at `price`; null: no price is known. Incomplete where a rate is missing that
// could be higher than the one taken in its place.
Cost CostOf(const Price* price, const Usage& usage, Service service = Service::kLive);

// Prices by provider and model. Immutable, so thread-safe.
class PriceTable {
 public:
  PriceTable() = default;
  // Of two prices for the same provider and model the later one counts.
  explicit PriceTable(std::vector<Price> prices);

  // The price whose model fits best: the name itself, else the longest one. Null: none is known.
  const Price* Find(std::string_view provider, std::string_view model) const;
  // All of a provider.
  std::span<const Price> Of(std::string_view provider) const;
  size_t size() const;

 private:
  StringMap<std::vector<Price>> by_provider_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_PRICES_H_
