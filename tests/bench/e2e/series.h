// Series: the measurements of one thing over the rounds of a run.
#ifndef EXTRACTD_TESTS_BENCH_E2E_SERIES_H_
#define EXTRACTD_TESTS_BENCH_E2E_SERIES_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace extractd::bench {

class Series {
 public:
  Series() = default;
  explicit Series(std::vector<double> values) : values_(std::move(values)) {}

  void Add(double value) { values_.push_back(value); }
  double Last() const { return values_.back(); }
  double Median() const {
    std::vector<double> sorted = values_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::ranges::nth_element(sorted, middle);
    return sorted.empty() ? 0 : *middle;
  }
  // "median (min…max)"
  std::string Text(int digits) const {
    if (values_.empty()) return "-";
    const auto [low, high] = std::ranges::minmax(values_);
    return fmt::format("{0:.{3}f} ({1:.{3}f}…{2:.{3}f})", Median(), low, high, digits);
  }

 private:
  std::vector<double> values_;
};

}  // namespace extractd::bench

#endif  // EXTRACTD_TESTS_BENCH_E2E_SERIES_H_
