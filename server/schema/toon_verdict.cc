#include "server/schema/toon_verdict.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "server/json/parse.h"
#include "server/json/toon/toon.h"
#include "server/json/write.h"

namespace extractd::schema {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kFence = "```";
constexpr std::string_view kSpace = " \t\r\n";

std::string_view WithoutLineBreaks(std::string_view text) {
  while (!text.empty() && (text.front() == '\n' || text.front() == '\r')) text.remove_prefix(1);
  while (!text.empty() && kSpace.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

// The last code block, without its fences and the word behind the first one; else all of it. A
// block that is not closed ends with the text.
std::string_view CandidateOf(std::string_view text) {
  const size_t last = text.rfind(kFence);
  if (last == std::string_view::npos) return WithoutLineBreaks(text);
  const size_t before = last == 0 ? std::string_view::npos : text.rfind(kFence, last - 1);
  const size_t open = before == std::string_view::npos ? last : before;
  const size_t end = before == std::string_view::npos ? text.size() : last;
  const size_t line = text.find('\n', open);
  return line == std::string_view::npos || line > end
             ? std::string_view{}
             : WithoutLineBreaks(text.substr(line, end - line));
}

bool IsJson(std::string_view text) {
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return false;
  return std::holds_alternative<json::Document>(json::ParseView(text.substr(first)));
}

Issue SyntaxIssue(std::string message) {
  return {.keyword = "syntax", .message = std::move(message), .expected = "TOON"};
}

Verdict Rejected(std::string message) {
  Verdict verdict;
  verdict.issues = {.listed = {SyntaxIssue(std::move(message))}, .total = 1};
  return verdict;
}

// What TOON makes of a text.
struct AsToon {
  Verdict verdict = {};
  bool coerced = false;  // valid only by what the schema changed
};

AsToon JudgeAsToon(
    const CompiledSchema& schema, std::string_view text, const JudgeOptions& options
) {
  const auto start = SteadyClock::now();
  json::toon::DecodeResult result = json::toon::Decode(text);
  const auto* strict_error = std::get_if<json::toon::DecodeError>(&result);
  std::string error;
  if (strict_error != nullptr) {
    error = fmt::format("line {}: {}", strict_error->line, strict_error->message);
    if (options.max_loss != json::MaxLoss::kNone) {
      result = json::toon::Decode(text, {.strict = false});
    }
  }
  const auto parse_time = SteadyClock::now() - start;
  auto* const decoded = std::get_if<json::toon::Decoded>(&result);
  const bool loses = decoded != nullptr && options.max_loss != json::MaxLoss::kLossy &&
                     !std::ranges::all_of(decoded->repairs, &json::Repair::lossless);
  if (decoded == nullptr || loses) return {.verdict = Rejected("the answer is not TOON: " + error)};
  const size_t mended = decoded->repairs.size();
  AsToon judged = {.verdict = JudgeDecoded(schema, std::move(*decoded), text, options)};
  judged.coerced = judged.verdict.repairs.size() > mended;
  judged.verdict.parse_time += parse_time;
  return judged;
}

// Declares an array, e.g. "[2]{id,name}:" or "[3|]: a|b|c".
bool IsArrayHeader(std::string_view text) {
  const size_t end = text.find_first_not_of("0123456789", 1);
  return end != 1 && end != std::string_view::npos &&
         (text[end] == ']' || text.substr(end + 1).starts_with(']'));
}

// Damaged JSON may be TOON by accident: a line of text, or a name and its value. In TOON, only
// headers and texts have braces.
bool LooksLikeJson(std::string_view text) {
  if (text.starts_with('[') && !IsArrayHeader(text)) return true;
  for (size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    if (at == 0 || text[at - 1] != ']') return true;
  }
  return false;
}

}  // namespace

ToonVerdict JudgeToon(
    const CompiledSchema& schema, std::string_view text, const JudgeOptions& options
) {
  const std::string_view candidate = CandidateOf(text);
  if (IsJson(candidate)) return {.verdict = Judge(schema, text, options)};
  AsToon as_toon = JudgeAsToon(schema, candidate, options);
  const bool surely_toon = !as_toon.coerced || !LooksLikeJson(candidate);
  if (as_toon.verdict.valid && surely_toon) {
    return {.verdict = std::move(as_toon.verdict), .toon = true};
  }
  Verdict as_json = Judge(schema, text, options);
  const bool json = as_json.valid || as_json.truncated;
  if (json) return {.verdict = std::move(as_json)};
  return {.verdict = std::move(as_toon.verdict), .toon = true};
}

}  // namespace extractd::schema
