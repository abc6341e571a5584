#include "server/schema/coerce/words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include <utf8proc.h>

#include "server/json/lexical.h"

namespace extractd::schema {
namespace {

std::string Map(std::string_view text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()),
      &mapped,
      static_cast<utf8proc_option_t>(options)
  );
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(mapped), static_cast<size_t>(size)};
}

bool IsWordByte(char c) {
  return json::IsLetter(c) || json::IsDigit(c) || static_cast<unsigned char>(c) >= 0x80;
}

// Only letters and digits; of other scripts every byte.
std::string KeepWords(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (IsWordByte(c)) kept += c;
  }
  return kept;
}

// The sentence up to `at`, or the part of it behind a colon or dash, holds a negation.
bool IsNegated(std::string_view text, size_t at) {
  const std::string_view before = text.substr(0, at);
  const size_t stop = before.find_last_of(".!?;\n");
  const std::string_view sentence = stop == std::string_view::npos ? before : before.substr(stop);
  constexpr std::string_view kNegations[] = {
      "not",
      "no",
      "never",
      "neither",
      "nor",
      "without",
      "cannot",
      "hardly",
      "kein",
      "keine",
      "nicht"
  };
  if (sentence.find("n't") != std::string_view::npos) return true;
  if (sentence.find("n’t") != std::string_view::npos) return true;
  return std::ranges::any_of(kNegations, [&](std::string_view word) {
    for (size_t i = sentence.find(word); i != std::string_view::npos;
         i = sentence.find(word, i + 1)) {
      const bool starts = i == 0 || !IsWordByte(sentence[i - 1]);
      const size_t end = i + word.size();
      if (starts && (end == sentence.size() || !IsWordByte(sentence[end]))) return true;
    }
    return false;
  });
}

constexpr std::array<std::string_view, 11> kYes = {
    "true", "yes", "y", "on", "1", "ja", "oui", "si", "sí", "wahr", "t"
};
constexpr std::array<std::string_view, 10> kNo = {
    "false", "no", "n", "off", "0", "nein", "non", "falsch", "f", "não"
};

}  // namespace

std::string_view TrimSpaces(std::string_view text) {
  while (!text.empty() && json::IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && json::IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::string FoldCase(std::string_view text) {
  return Map(text, UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE);
}

std::string FoldPunctuation(std::string_view text) {
  return KeepWords(FoldCase(text));
}

std::string FoldAccents(std::string_view text) {
  return KeepWords(Map(text, UTF8PROC_CASEFOLD | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK));
}

WordMatch FindWord(std::string_view text, std::string_view word) {
  WordMatch match;
  if (word.empty()) return match;
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool starts = at == 0 || !IsWordByte(text[at - 1]);
    const size_t end = at + word.size();
    if (!starts || (end < text.size() && IsWordByte(text[end]))) continue;
    match.found = true;
    match.negated = match.negated || IsNegated(text, at);
  }
  return match;
}

std::optional<YesNo> ReadYesNo(std::string_view text) {
  if (text.size() > kMaxProseBytes) return std::nullopt;
  std::string folded = FoldCase(TrimSpaces(text));
  const std::string_view whole = folded;
  const std::string_view bare = whole.substr(0, whole.find_last_not_of(".!\"'") + 1);
  if (std::ranges::find(kYes, bare) != kYes.end()) return YesNo{.value = true};
  if (std::ranges::find(kNo, bare) != kNo.end()) return YesNo{.value = false};
  const WordMatch yes = FindWord(folded, "yes");
  const WordMatch right = FindWord(folded, "true");
  const WordMatch no = FindWord(folded, "no");
  const WordMatch wrong = FindWord(folded, "false");
  const bool says_yes = yes.found || right.found;
  const bool says_no = no.found || wrong.found;
  const bool negated = yes.negated || right.negated || no.negated || wrong.negated;
  if (says_yes == says_no || negated) return std::nullopt;
  return YesNo{.value = says_yes, .lossless = false};
}

}  // namespace extractd::schema
