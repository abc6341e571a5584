#include "server/providers/dialects/beliefs.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <absl/strings/ascii.h>

#include "server/base/strings.h"

namespace extractd::providers {
namespace {

using Words = std::string_view;

// That something is not taken.
constexpr std::array<Words, 22> kRefusals = {
    "not support",   "n't support",     "unsupported", "not compatible", "incompatible",
    "not permitted", "not allowed",     "may not be",  "unrecognized",   "unknown",
    "unavailable",   "not available",   "not enabled", "deprecated",     "unexpected",
    "no endpoints",  "not accept",      "no longer",   "not valid with", "cannot be used",
    "can't be used", "not implemented",
};
constexpr std::array<Words, 4> kForcedTool = {
    "tool_choice", "toolchoice", "tool choice", "forces tool use"
};
constexpr std::array<Words, 6> kTools = {
    "support tools",
    "support tool use",
    "support function calling",
    "support tool calling",
    "support the tools",
    "tool use is not",
};
// The schema itself, whether or not others would do.
constexpr std::array<Words, 15> kSchema = {
    "invalid schema",
    "invalid_json_schema",
    "invalid json schema",
    "schema is too complex",
    "too complex",
    "too many states",
    "too many optional",
    "too many parameters",
    "grammar is too large",
    "grammar compilation",
    "failed to parse grammar",
    "compile grammar",
    "schema exceeds",
    "schema is not valid",
    "unsupported schema",
};
constexpr std::array<Words, 13> kFormat = {
    "response_format",
    "response format",
    "responseformat",
    "json_schema",
    "json_object",
    "json mode",
    "output_format",
    "output_config",
    "outputconfig",
    "structured output",
    "responseschema",
    "responsejsonschema",
    "response mime type",
};
constexpr std::array<Words, 3> kStrict = {".strict", "'strict'", "strict mode"};

struct SettingWord {
  Words word;
  Words setting;
};
// Longer names first.
constexpr std::array kSettings = {
    SettingWord{.word = "temperature", .setting = "temperature"},
    SettingWord{.word = "top_p", .setting = "top_p"},
    SettingWord{.word = "topp", .setting = "top_p"},
    SettingWord{.word = "seed", .setting = "seed"},
    SettingWord{.word = "stop_sequences", .setting = "stop"},
    SettingWord{.word = "stopsequences", .setting = "stop"},
    SettingWord{.word = "stop", .setting = "stop"},
    SettingWord{.word = "reasoning_effort", .setting = "reasoning"},
    SettingWord{.word = "reasoning", .setting = "reasoning"},
    SettingWord{.word = "budget_tokens", .setting = "reasoning"},
    SettingWord{.word = "thinking_budget", .setting = "reasoning"},
    SettingWord{.word = "thinkingbudget", .setting = "reasoning"},
    SettingWord{.word = "thinkingconfig", .setting = "reasoning"},
    SettingWord{.word = "thinking", .setting = "reasoning"},
};

bool IsWordByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// `word` stands in `text` as a word of its own.
bool HasWord(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins = at == 0 || !IsWordByte(text[at - 1]);
    if (begins && (end == text.size() || !IsWordByte(text[end]))) return true;
  }
  return false;
}

template <size_t N>
bool HasAny(std::string_view text, const std::array<Words, N>& words) {
  return std::ranges::any_of(words, [text](Words part) {
    return text.find(part) != std::string_view::npos;
  });
}

// A server that knows no tool choice but the forced one refuses "auto": freedom would not help it.
bool IsForcedTool(std::string_view text) {
  return HasAny(text, kForcedTool) && !HasWord(text, "auto");
}

WrongBelief BeliefOf(std::string_view text) {
  if (HasAny(text, kSchema)) return WrongBelief::kSchema;
  if (!HasAny(text, kRefusals)) return WrongBelief::kNone;
  if (IsForcedTool(text)) return WrongBelief::kForcedTool;
  if (HasAny(text, kTools)) return WrongBelief::kTools;
  if (HasAny(text, kFormat) || HasAny(text, kStrict)) return WrongBelief::kFormat;
  const bool setting = std::ranges::any_of(kSettings, [text](const SettingWord& row) {
    return HasWord(text, row.word);
  });
  return setting ? WrongBelief::kParameter : WrongBelief::kNone;
}

// The setting that is named first: what follows are the values and models that would do.
std::string_view SettingOf(std::string_view text) {
  const SettingWord* first = nullptr;
  size_t first_at = std::string_view::npos;
  for (const SettingWord& row : kSettings) {
    const size_t at = HasWord(text, row.word) ? text.find(row.word) : std::string_view::npos;
    if (at >= first_at) continue;
    first = &row;
    first_at = at;
  }
  return first == nullptr ? std::string_view() : first->setting;
}

}  // namespace

void ReadWrongBelief(int http_status, SendResult& result) {
  const bool about_request = http_status == 400 || http_status == 404 || http_status == 422;
  const bool possible =
      result.failure == SendFailure::kRejected || result.failure == SendFailure::kSchemaRejected;
  if (!about_request || !possible) return;
  const std::string text = ToLower(result.message);
  result.wrong_belief = BeliefOf(text);
  if (result.wrong_belief == WrongBelief::kNone && http_status != 404 &&
      result.failure == SendFailure::kSchemaRejected) {
    result.wrong_belief = WrongBelief::kSchema;
  }
  if (result.wrong_belief == WrongBelief::kParameter) result.refused_parameter = SettingOf(text);
}

}  // namespace extractd::providers
