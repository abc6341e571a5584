#include "server/schema/verdict.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/lexical.h"
#include "server/json/parse.h"
#include "server/json/repair.h"
#include "server/json/surrogates.h"
#include "server/json/tolerant.h"
#include "server/json/tolerant/repair_log.h"
#include "server/json/write.h"
#include "server/schema/coerce/directed.h"

namespace extractd::schema {
namespace {

using SteadyClock = std::chrono::steady_clock;

// An issue shows so much of the text at the place of an error.
constexpr size_t kExcerptBytes = 40;
// So many losses are named; the rest is counted.
constexpr size_t kMaxNamedLosses = 5;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && json::IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && json::IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// Where a repair was made, for a model that may not know JSON Pointers to be such.
std::string PlaceOf(const json::Repair& repair) {
  if (!repair.path.empty()) return "at " + repair.path;
  const bool around = repair.kind == json::repair_kind::kProse ||
                      repair.kind == json::repair_kind::kThink ||
                      repair.kind == json::repair_kind::kCandidate;
  return around ? "around the value" : "at its root";
}

// One answer on its way to a verdict.
class Judgement {
 public:
  // `reader` null: without coercion.
  Judgement(
      Validator validate,
      std::string_view text,
      const JudgeOptions& options,
      const DirectedReader* reader
  )
      : validate_(validate),
        text_(text),
        max_loss_(options.max_loss),
        closes_(options.close_truncated && options.max_loss == json::MaxLoss::kLossy),
        lowered_(options.lowered),
        reader_(reader) {}

  Verdict Reach() {
    const std::string_view trimmed = Trim(text_);
    if (trimmed.empty()) {
      AddIssue("the answer is empty; send one JSON value", "");
      return std::move(verdict_);
    }
    const auto start = SteadyClock::now();
    const json::ParseResult strict =
        json::ParseView(trimmed, {.duplicate_keys = json::DuplicateKeys::kReject});
    verdict_.parse_time = SteadyClock::now() - start;
    if (const auto* document = std::get_if<json::Document>(&strict)) {
      Accept(std::string(trimmed), document->root());
    } else {
      const auto skipped = static_cast<size_t>(trimmed.data() - text_.data());
      TakeUp(std::get<json::ParseError>(strict), skipped);
    }
    return std::move(verdict_);
  }

  // Of a value that the text was read as already, with what that changed.
  Verdict ReachFor(const json::Value& value, std::vector<json::Repair> repairs) {
    is_json_ = false;
    verdict_.repairs = std::move(repairs);
    Accept(json::ToText(value), value);
    return std::move(verdict_);
  }

 private:
  void Accept(std::string json, const json::Value& value) {
    if (lowered_ == nullptr) return Take(std::move(json), value);
    const auto start = SteadyClock::now();
    const json::Document carried = lowered_->CarryBack(value);
    std::string text = json::ToText(carried.root());
    verdict_.parse_time += SteadyClock::now() - start;
    Take(std::move(text), carried.root());
  }

  // In the caller's form.
  void Take(std::string json, const json::Value& value) {
    if (const auto mended = json::ReplaceUnpairedSurrogates(json)) {
      return AcceptMended(*mended, value);
    }
    verdict_.json = std::move(json);
    const auto start = SteadyClock::now();
    verdict_.issues = validate_(value);
    verdict_.validate_time = SteadyClock::now() - start;
    verdict_.valid = verdict_.issues.empty();
    if (!verdict_.valid) Coerce(value);
  }

  // Of a value that breaks the schema.
  void Coerce(const json::Value& value) {
    if (reader_ == nullptr || max_loss_ == json::MaxLoss::kNone) return;
    std::optional<Coerced> coerced = reader_->Fit(value, is_json_ ? verdict_.json : text_);
    if (!coerced.has_value()) return;
    if (verdict_.repairs.size() + coerced->repairs.size() > json::kMaxRepairs) return;
    verdict_.json = json::ToText(coerced->document.root());
    std::ranges::move(coerced->repairs, std::back_inserter(verdict_.repairs));
    verdict_.issues = {};
    verdict_.valid = true;
  }

  // Of an answer with halves of surrogate pairs, which many clients could not read.
  void AcceptMended(const std::string& mended, const json::Value& value) {
    const json::ParseResult parsed = json::ParseView(mended);
    const json::Value& root = std::get<json::Document>(parsed).root();
    if (const auto doubled = json::FindDoubledName(root)) return RejectNames(*doubled);
    std::vector<json::Repair> repairs = json::SurrogateRepairs(value, root);
    const bool too_many = verdict_.repairs.size() + repairs.size() > json::kMaxRepairs;
    if (max_loss_ != json::MaxLoss::kLossy || too_many) return RejectSurrogates(repairs.front());
    std::ranges::move(repairs, std::back_inserter(verdict_.repairs));
    Take(mended, root);
  }

  void RejectSurrogates(const json::Repair& first) {
    verdict_.repairs.clear();
    AddIssue(
        fmt::format(
            "a string {} has half of a surrogate pair, which is no character", PlaceOf(first)
        ),
        ""
    );
  }

  // Names that are the same once their halves of surrogate pairs are replaced.
  void RejectNames(const std::string& path) {
    verdict_.repairs.clear();
    AddIssue(
        fmt::format(
            "two member names at {} differ only in halves of surrogate pairs, which are no "
            "characters",
            CutUtf8(path, json::kMaxRepairPathBytes)
        ),
        ""
    );
  }

  // The text, of which the first `skipped` bytes were not parsed, is not strict JSON.
  void TakeUp(const json::ParseError& error, size_t skipped) {
    if (error.truncated && !closes_) return RejectTruncated(text_.size());
    if (max_loss_ == json::MaxLoss::kNone) return Reject(error.message, error.offset + skipped);
    Repair();
  }

  void Repair() {
    const auto start = SteadyClock::now();
    // The caller's schema does not know the form of an answer that is still to be carried back.
    const bool directed = reader_ != nullptr && lowered_ == nullptr;
    json::TolerantResult result = directed ? reader_->Read(text_) : json::ParseTolerant(text_);
    verdict_.parse_time += SteadyClock::now() - start;
    verdict_.truncated = result.truncated;
    const bool closed = closes_ && result.document.has_value();
    if (result.truncated && !closed) return RejectTruncated(result.error_offset);
    if (!result.document.has_value()) return Reject(result.error, result.error_offset);
    const bool loses = std::ranges::any_of(result.repairs, [](const json::Repair& repair) {
      return !repair.lossless;
    });
    if (loses && max_loss_ != json::MaxLoss::kLossy) return RejectLoss(result.repairs);
    verdict_.repairs = std::move(result.repairs);
    Accept(json::ToText(result.document->root()), result.document->root());
  }

  void RejectTruncated(size_t end) {
    verdict_.truncated = true;
    const json::TextPosition place = json::PositionOf(text_, end);
    AddIssue(
        fmt::format(
            "the answer ends before its JSON is complete, at line {}, column {}; send all of it",
            place.line,
            place.column
        ),
        ""
    );
  }

  void Reject(std::string_view error, size_t offset) {
    const json::TextPosition place = json::PositionOf(text_, offset);
    AddIssue(
        fmt::format(
            "the answer is not JSON: {} at line {}, column {}; send one JSON value and nothing "
            "else",
            error,
            place.line,
            place.column
        ),
        CutUtf8(text_.substr(std::min(offset, text_.size())), kExcerptBytes)
    );
  }

  void RejectLoss(const std::vector<json::Repair>& repairs) {
    std::string losses;
    size_t count = 0;
    for (const json::Repair& repair : repairs) {
      if (repair.lossless || ++count > kMaxNamedLosses) continue;
      fmt::format_to(
          std::back_inserter(losses),
          "{}{} {}",
          count == 1 ? "" : ", ",
          repair.kind,
          PlaceOf(repair)
      );
    }
    if (count > kMaxNamedLosses) {
      fmt::format_to(std::back_inserter(losses), " and {} more", count - kMaxNamedLosses);
    }
    AddIssue(
        fmt::format(
            "the answer is JSON only with changes that lose data ({}); send one strict JSON value "
            "and nothing else",
            losses
        ),
        ""
    );
  }

  void AddIssue(std::string message, std::string_view excerpt) {
    Issue issue = {
        .keyword = "syntax", .message = std::move(message), .expected = "one JSON value"
    };
    if (!excerpt.empty()) json::WriteString(excerpt, issue.found);
    verdict_.issues = {.listed = {std::move(issue)}, .total = 1};
  }

  Validator validate_;
  std::string_view text_;
  json::MaxLoss max_loss_;
  bool closes_;
  bool is_json_ = true;  // what was read as a value, and not another notation
  const lower::Lowered* lowered_;
  const DirectedReader* reader_;
  Verdict verdict_;
};

auto ValidatorOf(const CompiledSchema& schema, const JudgeOptions& options) {
  return [&schema,
          validation =
              ValidateOptions{.assert_formats = options.assert_formats}](const json::Value& value) {
    return schema.IsValid(value, validation) ? IssueList{} : schema.Validate(value, validation);
  };
}

CoerceOptions CoercionOf(const JudgeOptions& options) {
  return {
      .lossy = options.max_loss == json::MaxLoss::kLossy, .assert_formats = options.assert_formats
  };
}

}  // namespace

Verdict Judge(
    Validator validate, std::string_view text, json::MaxLoss max_loss, const lower::Lowered* lowered
) {
  return Judgement(validate, text, {.max_loss = max_loss, .lowered = lowered}, nullptr).Reach();
}

Verdict Judge(const CompiledSchema& schema, std::string_view text, const JudgeOptions& options) {
  const auto validate = ValidatorOf(schema, options);
  const DirectedReader reader(schema, CoercionOf(options));
  return Judgement(validate, text, options, &reader).Reach();
}

Verdict JudgeDecoded(
    const CompiledSchema& schema,
    json::toon::Decoded decoded,
    std::string_view text,
    const JudgeOptions& options
) {
  const auto validate = ValidatorOf(schema, options);
  const DirectedReader reader(schema, CoercionOf(options));
  return Judgement(validate, text, options, &reader)
      .ReachFor(decoded.document.root(), std::move(decoded.repairs));
}

}  // namespace extractd::schema
