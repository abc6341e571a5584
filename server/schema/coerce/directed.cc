#include "server/schema/coerce/directed.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include "server/json/tolerant/answer_choice.h"
#include "server/json/tolerant/key_values.h"
#include "server/json/tolerant/repair_log.h"
#include "server/json/toon/toon.h"
#include "server/json/write.h"
#include "server/schema/coerce/coercer.h"
#include "server/schema/coerce/words.h"

namespace extractd::schema {
namespace {

using json::repair_kind::kProse;
using json::repair_kind::kThink;

constexpr std::string_view kKeyValueList = "key_value_list";
constexpr std::string_view kToon = "toon";

json::TolerantResult Nothing() {
  return {.error = "no JSON value in the text"};
}

// One way to read the answer, and how good it is.
struct Way {
  int grade = 0;  // 3: valid, 2: with lossless changes, 1: with others, 0: not at all
  int rank = 0;
  std::vector<size_t> chosen = {};
  bool listed = false;
  std::optional<Coerced> coerced = {};
};

int GradeOf(const Coerced& coerced) {
  return std::ranges::all_of(coerced.repairs, &json::Repair::lossless) ? 2 : 1;
}

// Values that may be the elements of the array that the schema wants: objects if there are any.
std::vector<size_t> ElementsOf(const json::Answer& answer) {
  std::vector<size_t> objects;
  std::vector<size_t> others;
  for (size_t i = 0; i < answer.candidates.size(); ++i) {
    const json::Candidate& candidate = answer.candidates[i];
    if (!candidate.complete()) continue;
    (candidate.document.root().is_object() ? objects : others).push_back(i);
  }
  return objects.empty() ? others : objects;
}

json::Document ListOf(const json::Answer& answer, const std::vector<size_t>& elements) {
  json::Builder out;
  out.BeginArray();
  for (const size_t element : elements) out.Copy(answer.candidates[element].document.root());
  out.EndArray();
  return out.Finish();
}

void Append(std::vector<json::Repair>& repairs, std::vector<json::Repair> more) {
  std::ranges::move(more, std::back_inserter(repairs));
}

// The content of a text that is one code fence.
std::string_view WithoutFence(std::string_view text) {
  constexpr std::string_view kFence = "```";
  if (!text.starts_with(kFence) || !text.ends_with(kFence)) return text;
  const size_t start = text.find('\n');
  if (start == std::string_view::npos || text.size() < start + kFence.size()) return text;
  return text.substr(start + 1, text.size() - start - 1 - kFence.size());
}

// The first line declares an array as TOON does: "[2]{id,name}:".
bool BeginsAsToon(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  const size_t open = line.find('[');
  if (open == std::string_view::npos || !TrimSpaces(line).ends_with(':')) return false;
  const size_t digits = line.find_first_not_of("0123456789", open + 1);
  return digits != std::string_view::npos && digits > open + 1;
}

}  // namespace

bool DirectedReader::IsValid(const json::Value& value) const {
  return schema_.IsValid(value, {.assert_formats = options_.assert_formats});
}

std::optional<Coerced> DirectedReader::CoerceToValid(const json::Value& value) const {
  std::optional<Coerced> coerced = Coerce(schema_, value, options_);
  if (coerced.has_value() && !IsValid(coerced->document.root())) coerced.reset();
  return coerced;
}

std::optional<Coerced> DirectedReader::Fit(const json::Value& value, std::string_view text) const {
  // Where a text is wanted, nobody asked to read it as JSON.
  const bool text_wanted = !value.is_string() && OnlyTypeOf(schema_) == json::Type::kString;
  if (text_wanted && options_.lossy) {
    json::TolerantResult plain = ReadPlain(text);
    if (!plain.document.has_value()) return std::nullopt;
    return Coerced{.document = std::move(*plain.document), .repairs = std::move(plain.repairs)};
  }
  return CoerceToValid(value);
}

json::TolerantResult DirectedReader::Read(std::string_view text) const {
  json::Answer answer = json::FindAnswer(text);
  if (answer.crowded) return json::ReadAnswer(text, std::move(answer));
  const bool text_wanted = OnlyTypeOf(schema_) == json::Type::kString;
  if (const std::string_view content = WithoutFence(TrimSpaces(text)); BeginsAsToon(content)) {
    json::TolerantResult toon = ReadToon(content);
    if (toon.document.has_value()) return toon;
  }
  std::optional<Coerced> coerced;
  const bool fits = !text_wanted && Choose(answer, coerced);
  if (!fits) {
    json::TolerantResult whole = ReadWhole(text, answer);
    if (whole.document.has_value()) return whole;
  }
  json::TolerantResult result = json::ReadAnswer(text, std::move(answer));
  if (!result.document.has_value() || !coerced.has_value()) return result;
  if (result.repairs.size() + coerced->repairs.size() > json::kMaxRepairs) {
    return {.error = "needs more than 1000 changes"};
  }
  result.document = std::move(coerced->document);
  Append(result.repairs, std::move(coerced->repairs));
  return result;
}

// False: no way fits; what the form of the candidates says stays chosen then.
bool DirectedReader::Choose(json::Answer& answer, std::optional<Coerced>& coerced) const {
  if (answer.chosen.empty()) return false;
  const json::Candidate& likely = answer.candidates[answer.chosen.back()];
  // A scrap must not pass for an answer that was cut or cannot be read.
  const int least = likely.complete() ? 0 : json::Rank(likely);
  Way best;
  const auto consider = [&](const json::Value& value, Way way) {
    way.grade = IsValid(value) ? 3 : 0;
    if (way.grade == 0) way.coerced = CoerceToValid(value);
    if (way.coerced.has_value()) way.grade = GradeOf(*way.coerced);
    const bool better = std::pair(way.grade, way.rank) >= std::pair(best.grade, best.rank);
    if (way.grade > 0 && better) best = std::move(way);
  };
  for (size_t i = 0; i < answer.candidates.size(); ++i) {
    const json::Candidate& candidate = answer.candidates[i];
    const int rank = json::Rank(candidate);
    if (!candidate.complete() || rank < least) continue;
    consider(candidate.document.root(), {.rank = rank, .chosen = {i}});
  }
  const std::vector<size_t> elements = ElementsOf(answer);
  if (elements.size() > 1 && least == 0 && best.grade < 3 &&
      OnlyTypeOf(schema_) == json::Type::kArray) {
    const json::Document list = ListOf(answer, elements);
    // Elements that lie outside of an array are meant as one more than each alone is.
    constexpr int kListRank = 100;
    consider(list.root(), {.rank = kListRank, .chosen = elements, .listed = true});
  }
  if (best.grade == 0) return false;
  answer.chosen = std::move(best.chosen);
  answer.listed = best.listed;
  coerced = std::move(best.coerced);
  return true;
}

// All of the text but for its thoughts is the value.
json::TolerantResult DirectedReader::ReadWhole(std::string_view text, const json::Answer& answer)
    const {
  if (answer.ends_in_thoughts) return Nothing();
  std::vector<json::Repair> thoughts;
  size_t start = 0;
  for (const json::Span& thought : answer.thoughts) {
    start = std::max(start, thought.end);
    const std::string_view dropped = text.substr(thought.begin, thought.end - thought.begin);
    thoughts.push_back({.kind = std::string(kThink), .before = json::RepairText(dropped)});
  }
  const std::string_view whole = TrimSpaces(text.substr(start));
  if (whole.empty()) return Nothing();
  const bool object = std::ranges::any_of(answer.candidates, [](const json::Candidate& candidate) {
    return candidate.reading.structured;
  });
  json::TolerantResult result;
  const bool text_wanted = OnlyTypeOf(schema_) == json::Type::kString;
  if (text_wanted || !object) result = ReadPlain(whole);
  if (!result.document.has_value() && !object && !text_wanted)
    result = ReadLines(WithoutFence(whole));
  if (!result.document.has_value()) return Nothing();
  thoughts.insert(
      thoughts.end(),
      std::make_move_iterator(result.repairs.begin()),
      std::make_move_iterator(result.repairs.end())
  );
  result.repairs = std::move(thoughts);
  return result;
}

// The text is a string, or the word for another value.
json::TolerantResult DirectedReader::ReadPlain(std::string_view text) const {
  json::Builder builder;
  builder.String(text);
  json::Document document = builder.Finish();
  if (!IsValid(document.root())) return TakeDocument(std::move(document), {});
  // Any prose is a string, also an excuse: not sure enough to be called lossless.
  if (OnlyTypeOf(schema_) != json::Type::kString || !options_.lossy) return Nothing();
  return {
      .document = std::move(document),
      .repairs = {{
          .kind = std::string(coercion_kind::kText),
          .before = json::RepairText(text),
          .after = json::ToShortText(text, json::kMaxRepairTextBytes),
          .lossless = false,
      }},
  };
}

json::TolerantResult DirectedReader::ReadToon(std::string_view text) const {
  json::toon::DecodeResult toon = json::toon::Decode(text, {.strict = false});
  auto* decoded = std::get_if<json::toon::Decoded>(&toon);
  // Any line is a text in TOON.
  if (decoded == nullptr || decoded->document.root().is_string()) return Nothing();
  std::vector<json::Repair> repairs = std::move(decoded->repairs);
  repairs.push_back({.kind = std::string(kToon), .before = json::RepairText(text)});
  return TakeDocument(std::move(decoded->document), std::move(repairs));
}

// TOON, or names and values, also behind one line that announces them.
json::TolerantResult DirectedReader::ReadLines(std::string_view text) const {
  json::TolerantResult toon = ReadToon(text);
  if (toon.document.has_value()) return toon;
  std::vector<json::Repair> repairs;
  for (int tries = 0; tries < 2; ++tries) {
    if (std::optional<json::Document> document = json::ReadKeyValues(text)) {
      std::vector<json::Repair> all = repairs;
      all.push_back({.kind = std::string(kKeyValueList), .before = json::RepairText(text)});
      json::TolerantResult result = TakeDocument(std::move(*document), std::move(all));
      if (result.document.has_value()) return result;
    }
    const size_t line = text.find('\n');
    if (line == std::string_view::npos || !TrimSpaces(text.substr(0, line)).ends_with(':')) break;
    repairs.push_back(
        {.kind = std::string(kProse), .before = json::RepairText(text.substr(0, line))}
    );
    text = text.substr(line + 1);
  }
  return Nothing();
}

// `document` if it is valid or can be made so.
json::TolerantResult DirectedReader::TakeDocument(
    json::Document document, std::vector<json::Repair> repairs
) const {
  const bool lossless = std::ranges::all_of(repairs, &json::Repair::lossless);
  if (!lossless && !options_.lossy) return Nothing();
  if (!IsValid(document.root())) {
    std::optional<Coerced> coerced = CoerceToValid(document.root());
    if (!coerced.has_value()) return Nothing();
    document = std::move(coerced->document);
    Append(repairs, std::move(coerced->repairs));
  }
  if (repairs.size() > json::kMaxRepairs) return Nothing();
  return {.document = std::move(document), .repairs = std::move(repairs)};
}

}  // namespace extractd::schema
