// Repair: one local change that turned a model's text into JSON. Nothing is changed or dropped
// without one.
#ifndef EXTRACTD_SERVER_JSON_REPAIR_H_
#define EXTRACTD_SERVER_JSON_REPAIR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace extractd::json {

// How much of an answer local fixes may lose.
enum class MaxLoss : std::uint8_t { kNone, kLossless, kLossy };

struct Repair {
  std::string path = {};    // JSON Pointer into the answer; "" for changes of the text around it
  std::string kind = {};    // stable lower_snake_case name, one of repair_kind
  std::string before = {};  // text before the fix, cut at kMaxRepairTextBytes
  std::string after = {};   // text after it; empty when the text was dropped
  bool lossless = true;     // no information went away
};

inline constexpr size_t kMaxRepairTextBytes = 200;
// A text that needs more changes is not read.
inline constexpr size_t kMaxRepairs = 1000;

// What the tolerant parser changes; tolerant.h says when a change is lossless.
namespace repair_kind {
// Around the value.
inline constexpr std::string_view kProse = "prose";
inline constexpr std::string_view kFence = "fence";
inline constexpr std::string_view kThink = "think";
inline constexpr std::string_view kCandidate = "candidate";
// Between its parts.
inline constexpr std::string_view kComment = "comment";
inline constexpr std::string_view kDoubledBraces = "doubled_braces";
inline constexpr std::string_view kEllipsis = "ellipsis";
inline constexpr std::string_view kExtraComma = "extra_comma";
inline constexpr std::string_view kList = "list";
inline constexpr std::string_view kMissingBracket = "missing_bracket";
inline constexpr std::string_view kMissingColon = "missing_colon";
inline constexpr std::string_view kMissingComma = "missing_comma";
inline constexpr std::string_view kSeparator = "separator";
inline constexpr std::string_view kTrailingComma = "trailing_comma";
inline constexpr std::string_view kWhiteSpace = "white_space";
// In names and values.
inline constexpr std::string_view kControlCharacter = "control_character";
inline constexpr std::string_view kDuplicateKey = "duplicate_key";
inline constexpr std::string_view kEscape = "escape";
inline constexpr std::string_view kInnerQuote = "inner_quote";
inline constexpr std::string_view kInvalidUtf8 = "invalid_utf8";
inline constexpr std::string_view kLiteral = "literal";
inline constexpr std::string_view kMissingQuote = "missing_quote";
inline constexpr std::string_view kNumberForm = "number_form";
inline constexpr std::string_view kQuote = "quote";
inline constexpr std::string_view kTruncated = "truncated";
inline constexpr std::string_view kUnquotedKey = "unquoted_key";
inline constexpr std::string_view kUnquotedText = "unquoted_text";
// In TOON, which toon/toon.h reads.
inline constexpr std::string_view kToonHeader = "toon_header";
inline constexpr std::string_view kToonLayout = "toon_layout";
inline constexpr std::string_view kToonLength = "toon_length";
inline constexpr std::string_view kToonLine = "toon_line";
inline constexpr std::string_view kToonWidth = "toon_width";
// By those who read its result.
inline constexpr std::string_view kUnpairedSurrogate = "unpaired_surrogate";
}  // namespace repair_kind

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_REPAIR_H_
