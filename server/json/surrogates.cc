#include "server/json/surrogates.h"

#include <absl/container/flat_hash_set.h>

#include "server/json/lexical.h"
#include "server/json/pointer.h"
#include "server/json/tolerant/repair_log.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

constexpr size_t kEscapeBytes = 6;  // \uXXXX
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The unit that an escape at the start of `text` names, if it is a \u escape.
std::optional<std::uint32_t> EscapedUnit(std::string_view text) {
  if (text.size() < kEscapeBytes || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  return ReadHex(text.substr(2), 4).value;
}

bool IsHigh(std::optional<std::uint32_t> unit) {
  return unit >= 0xD800U && unit <= 0xDBFFU;
}
bool IsLow(std::optional<std::uint32_t> unit) {
  return unit >= 0xDC00U && unit <= 0xDFFFU;
}

// Bytes of the escape at the start of `text`; a pair is one.
size_t EscapeSize(std::string_view text) {
  const std::optional<std::uint32_t> unit = EscapedUnit(text);
  if (!unit.has_value()) return 2;
  const bool pair = IsHigh(unit) && IsLow(EscapedUnit(text.substr(kEscapeBytes)));
  return pair ? 2 * kEscapeBytes : kEscapeBytes;
}

bool IsUnpaired(std::string_view escape) {
  const std::optional<std::uint32_t> unit = EscapedUnit(escape);
  return escape.size() == kEscapeBytes && (IsHigh(unit) || IsLow(unit));
}

void LogChange(std::string_view before, std::string_view after, RepairLog& log) {
  if (before == after) return;
  log.AddToChild(
      repair_kind::kUnpairedSurrogate,
      {.before = ToShortText(before, kMaxRepairTextBytes),
       .after = ToShortText(after, kMaxRepairTextBytes),
       .lossless = false}
  );
}

// Two values of one shape; kMaxDepth bounds the recursion.
void LogChanges(const Value& before, const Value& after, RepairLog& log) {
  if (before.is_string()) return LogChange(before.string(), after.string(), log);
  if (before.size() == 0) return;
  if (before.is_object()) {
    log.place().EnterObject();
  } else {
    log.place().EnterArray();
  }
  auto mended = after.begin();
  for (auto child = before.begin(); child != before.end() && !log.overflows(); ++child, ++mended) {
    if (before.is_object()) {
      log.place().Member(mended->key());
      LogChange(child->key(), mended->key(), log);
    } else {
      log.place().NextElement();
    }
    LogChanges(*child, *mended, log);
  }
  log.place().Leave();
}

// Depth first, in the order of the text; kMaxDepth bounds the recursion.
bool HasDoubledName(const Value& value, std::string& path) {
  absl::flat_hash_set<std::string_view> names;
  const size_t size = path.size();
  size_t index = 0;
  for (const Value& child : value) {
    path.resize(size);
    if (value.is_object()) {
      AppendToken(child.key(), path);
      if (!names.insert(child.key()).second) return true;
    } else {
      AppendToken(index++, path);
    }
    if (HasDoubledName(child, path)) return true;
  }
  path.resize(size);
  return false;
}

}  // namespace

std::optional<std::string> ReplaceUnpairedSurrogates(std::string_view json) {
  std::optional<std::string> out;
  size_t copied = 0;
  size_t at = json.find('\\');
  while (at != std::string_view::npos) {
    const std::string_view escape = json.substr(at, EscapeSize(json.substr(at)));
    if (IsUnpaired(escape)) {
      if (!out.has_value()) out.emplace();
      out->append(json.substr(copied, at - copied)).append(kReplacement);
      copied = at + escape.size();
    }
    at = json.find('\\', at + escape.size());
  }
  if (out.has_value()) out->append(json.substr(copied));
  return out;
}

std::vector<Repair> SurrogateRepairs(const Value& before, const Value& after) {
  RepairLog log;
  LogChanges(before, after, log);
  return log.Take();
}

std::optional<std::string> FindDoubledName(const Value& value) {
  std::string path;
  return HasDoubledName(value, path) ? std::optional(path) : std::nullopt;
}

}  // namespace extractd::json
