#include "server/registry/price_file.h"

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/nearest.h"
#include "server/json/decimal.h"
#include "server/json/parse.h"

namespace extractd {
namespace {

constexpr size_t kMaxProblems = 20;
constexpr std::int64_t kMaxRate = 1'000'000'000'000;  // a million dollars per million tokens

const std::vector<std::string>& FileMembers() {
  static const std::vector<std::string> kMembers = {"as_of", "prices"};
  return kMembers;
}
const std::vector<std::string>& RateMembers() {
  static const std::vector<std::string> kMembers = {
      "input", "output", "cached_input", "cache_write"
  };
  return kMembers;
}
const std::vector<std::string>& LongContextMembers() {
  static const std::vector<std::string> kMembers = {
      "above_input_tokens", "input", "output", "cached_input", "cache_write"
  };
  return kMembers;
}
const std::vector<std::string>& PriceMembers() {
  static const std::vector<std::string> kMembers = {
      "provider", "model", "input", "output", "cached_input", "cache_write", "long_context", "batch"
  };
  return kMembers;
}

class Reader {
 public:
  absl::StatusOr<std::vector<Price>> Read(std::string_view text) {
    const json::ParseResult parsed = json::ParseView(text);
    if (const auto* error = std::get_if<json::ParseError>(&parsed)) {
      const json::TextPosition at = json::PositionOf(text, error->offset);
      return absl::InvalidArgumentError(
          fmt::format("line {}: not JSON: {}", at.line, error->message)
      );
    }
    ReadFile(std::get<json::Document>(parsed).root());
    if (problems_.empty()) return std::move(prices_);
    return absl::InvalidArgumentError(fmt::format("{}", fmt::join(problems_, "\n")));
  }

 private:
  void Complain(std::string_view member, std::string_view problem) {
    if (problems_.size() == kMaxProblems) return;
    problems_.push_back(
        fmt::format("{}{}{}: {}", place_, place_.empty() ? "" : ".", member, problem)
    );
  }

  void CheckMembers(const json::Value& object, const std::vector<std::string>& known) {
    for (const json::Value& member : object) {
      if (std::ranges::find(known, member.key()) != known.end()) continue;
      const std::string nearest = NearestName(member.key(), known);
      Complain(
          member.key(),
          nearest.empty() ? "unknown member"
                          : fmt::format("unknown member; did you mean '{}'?", nearest)
      );
    }
  }

  void ReadFile(const json::Value& root) {
    const json::Value* rows = root.Find("prices");
    if (rows == nullptr || !rows->is_array()) {
      Complain("prices", "must be a list of prices");
      return;
    }
    CheckMembers(root, FileMembers());
    size_t index = 0;
    for (const json::Value& row : *rows) {
      place_ = fmt::format("prices[{}]", index++);
      ReadPrice(row);
    }
  }

  void ReadPrice(const json::Value& row) {
    if (!row.is_object()) {
      Complain("provider", "is missing: a price is an object");
      return;
    }
    CheckMembers(row, PriceMembers());
    Price price = {
        .provider = ReadName(row, "provider"),
        .model = ReadName(row, "model"),
        .rates = ReadRates(row),
    };
    const std::string place = place_;
    if (const json::Value* batch = Part(row, "batch", RateMembers())) {
      price.batch = ReadRates(*batch);
    }
    place_ = place;
    if (const json::Value* above = Part(row, "long_context", LongContextMembers())) {
      price.long_context = LongContext{ReadThreshold(*above), ReadRates(*above)};
    }
    place_ = place;
    prices_.push_back(std::move(price));
  }

  // The object under `member`, in which complaints are from now on; null if there is none.
  const json::Value* Part(
      const json::Value& row, std::string_view member, const std::vector<std::string>& known
  ) {
    const json::Value* part = row.Find(member);
    if (part == nullptr) return nullptr;
    if (!part->is_object()) {
      Complain(member, "must be an object");
      return nullptr;
    }
    place_ += fmt::format(".{}", member);
    CheckMembers(*part, known);
    return part;
  }

  std::string ReadName(const json::Value& row, std::string_view member) {
    const json::Value* name = row.Find(member);
    if (name != nullptr && name->is_string() && !name->string().empty()) {
      return std::string(name->string());
    }
    Complain(member, "must be a text");
    return {};
  }

  Rates ReadRates(const json::Value& object) {
    Rates rates = {
        .cached_input = ReadRate(object, "cached_input"),
        .cache_write = ReadRate(object, "cache_write"),
    };
    rates.input = ReadNeededRate(object, "input");
    rates.output = ReadNeededRate(object, "output");
    return rates;
  }

  std::int64_t ReadNeededRate(const json::Value& object, std::string_view member) {
    if (object.Find(member) == nullptr) Complain(member, "is missing");
    return ReadRate(object, member).value_or(0);
  }

  std::optional<std::int64_t> ReadRate(const json::Value& object, std::string_view member) {
    const json::Value* value = object.Find(member);
    if (value == nullptr) return std::nullopt;
    std::optional<std::int64_t> picodollars;
    if (value->is_number() && value->number().find_first_of("eE") == std::string_view::npos) {
      picodollars = json::ToInt64(fmt::format("{}e6", value->number()));
    }
    if (!picodollars.has_value() || *picodollars < 0 || *picodollars > kMaxRate) {
      Complain(
          member,
          "must be USD per million tokens: a number 0…1000000 with at most six digits behind the "
          "point and no exponent"
      );
      return std::nullopt;
    }
    return picodollars;
  }

  std::int64_t ReadThreshold(const json::Value& object) {
    constexpr std::string_view kMember = "above_input_tokens";
    const json::Value* value = object.Find(kMember);
    std::optional<std::int64_t> tokens;
    if (value != nullptr && value->is_number()) tokens = json::ToInt64(value->number());
    if (tokens.has_value() && *tokens > 0) return *tokens;
    Complain(kMember, "must be a number of tokens above 0");
    return 0;
  }

  std::string place_;
  std::vector<Price> prices_;
  std::vector<std::string> problems_;
};

}  // namespace

absl::StatusOr<std::vector<Price>> ParsePrices(std::string_view text) {
  return Reader().Read(text);
}

}  // namespace extractd
