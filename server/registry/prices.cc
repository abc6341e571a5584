#include "server/registry/prices.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace extractd {
namespace {

constexpr std::int64_t kPicosOfAMicro = 1'000'000;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

size_t CountDigits(std::string_view text) {
  return static_cast<size_t>(std::ranges::find_if_not(text, IsDigit) - text.begin());
}

// What stands behind a model's name for a version of the same model: "-latest", or a date or a
// number of three digits and more ("-2026-08-06", "@20260806", "-001"). Fewer digits are another
// model: "-5".
bool IsVersion(std::string_view rest) {
  if (rest == "-latest") return true;
  if (rest.empty() || (rest.front() != '-' && rest.front() != '@')) return false;
  rest.remove_prefix(1);
  if (CountDigits(rest) < 3) return false;
  while (!rest.empty()) {
    const size_t digits = CountDigits(rest);
    if (digits == 0) return false;
    rest.remove_prefix(digits);
    if (rest.empty()) return true;
    if (rest.front() != '-') return false;
    rest.remove_prefix(1);
  }
  return false;
}

// How well `pattern` fits: more is better, 0 is not at all.
size_t Fit(std::string_view pattern, std::string_view model) {
  if (pattern == model) return std::numeric_limits<size_t>::max();
  if (pattern.ends_with('*')) {
    const std::string_view prefix = pattern.substr(0, pattern.size() - 1);
    return model.starts_with(prefix) ? prefix.size() + 1 : 0;
  }
  const bool fits = model.starts_with(pattern) && IsVersion(model.substr(pattern.size()));
  return fits ? pattern.size() + 1 : 0;
}

}  // namespace

Cost Cost::Of(absl::int128 picodollars) {
  Cost cost;
  cost.picodollars_ = picodollars;
  cost.known_ = true;
  return cost;
}

Cost Cost::Unknown() {
  Cost cost;
  cost.incomplete_ = true;
  return cost;
}

std::optional<std::int64_t> Cost::usd_micros() const {
  if (!known_) return std::nullopt;
  const absl::int128 rounded = (picodollars_ + kPicosOfAMicro / 2) / kPicosOfAMicro;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  return rounded > kMost ? kMost : static_cast<std::int64_t>(rounded);
}

double Cost::usd() const {
  return static_cast<double>(picodollars_) / 1e12;
}

Cost& Cost::operator+=(const Cost& other) {
  picodollars_ += other.picodollars_;
  known_ = known_ || other.known_;
  incomplete_ = incomplete_ || other.incomplete_;
  return *this;
}

Cost CostOf(const Price* price, const Usage& usage, Service service) {
  if (price == nullptr) return Cost::Unknown();
  const bool above = price->long_context.has_value() &&
                     usage.input_tokens > price->long_context->above_input_tokens;
  const bool is_batch = service == Service::kBatch;
  const Rates& base = price->rates;
  const Rates& live = above ? price->long_context->rates : base;
  const Rates rates = is_batch ? price->batch.value_or(base) : live;

  // Parts of the input that a provider counts double, or below zero, are no credit.
  const std::int64_t input = std::max<std::int64_t>(usage.input_tokens, 0);
  const std::int64_t cached = std::clamp<std::int64_t>(usage.cached_input_tokens, 0, input);
  const std::int64_t written =
      std::clamp<std::int64_t>(usage.cache_write_input_tokens, 0, input - cached);
  const std::int64_t output = std::max<std::int64_t>(usage.output_tokens, 0);

  const auto priced = [](std::int64_t tokens, std::int64_t rate) {
    return absl::int128(tokens) * rate;
  };
  Cost cost = Cost::Of(
      priced(input - cached - written, rates.input) +
      priced(cached, rates.cached_input.value_or(rates.input)) +
      priced(written, rates.cache_write.value_or(rates.input)) + priced(output, rates.output)
  );
  const bool write_rate_missing = base.cache_write.has_value() && !rates.cache_write.has_value();
  const bool batch_rates_missing = is_batch && (above || !price->batch.has_value());
  if ((written > 0 && write_rate_missing) || batch_rates_missing) cost.MarkIncomplete();
  return cost;
}

PriceTable::PriceTable(std::vector<Price> prices) {
  for (Price& price : prices) {
    std::vector<Price>& known = by_provider_[price.provider];
    const auto same = std::ranges::find(known, price.model, &Price::model);
    if (same == known.end()) {
      known.push_back(std::move(price));
    } else {
      *same = std::move(price);
    }
  }
}

std::span<const Price> PriceTable::Of(std::string_view provider) const {
  const auto known = by_provider_.find(provider);
  return known == by_provider_.end() ? std::span<const Price>() : known->second;
}

const Price* PriceTable::Find(std::string_view provider, std::string_view model) const {
  const Price* best = nullptr;
  size_t best_fit = 0;
  for (const Price& price : Of(provider)) {
    const size_t fit = Fit(price.model, model);
    if (fit <= best_fit) continue;
    best = &price;
    best_fit = fit;
  }
  return best;
}

size_t PriceTable::size() const {
  size_t count = 0;
  for (const auto& [provider, prices] : by_provider_) count += prices.size();
  return count;
}

}  // namespace extractd
