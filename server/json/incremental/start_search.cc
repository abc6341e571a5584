#include "server/json/incremental/start_search.h"

#include <algorithm>
#include <array>

#include "server/json/lexical.h"
#include "server/json/tolerant/loose_text.h"

namespace extractd::json {
namespace {

constexpr std::array<std::string_view, 2> kStartTags = {"<think>", "<thinking>"};
constexpr std::array<std::string_view, 2> kEndTags = {"</think>", "</thinking>"};
constexpr size_t kLongestTag = kEndTags[1].size();

bool IsOpeningBracket(char c) {
  return c == '{' || c == '[';
}

// Size of the mark with which `rest` begins; 0: none.
size_t MarkSize(std::string_view rest, const std::array<std::string_view, 2>& marks) {
  const auto* found =
      std::ranges::find_if(marks, [rest](std::string_view mark) { return rest.starts_with(mark); });
  return found == marks.end() ? 0 : found->size();
}

// `rest`, with which the text ends so far, may become `mark`.
bool MayBecome(std::string_view rest, std::string_view mark) {
  return rest.size() < mark.size() && mark.starts_with(rest);
}

}  // namespace

std::optional<size_t> StartSearch::Next(std::string_view text) {
  while (at_ < text.size()) {
    if (place_ == Place::kOutside && IsOpeningBracket(text[at_])) return at_;
    if (!Step(text)) break;
  }
  return std::nullopt;
}

void StartSearch::GoTo(size_t at) {
  at_ = at;
  leads_ = false;
}

// False: more of the text must come first.
bool StartSearch::Step(std::string_view text) {
  if (place_ == Place::kThoughts) return LeaveThoughts(text);
  const char c = text[at_];
  if (place_ == Place::kFenceLine) return ReadFenceLine(c);
  if (place_ == Place::kString) return LeaveString(text);
  if (c == '<' || c == '`') return ReadMark(text);
  if (leads_ && c == '"') place_ = Place::kString;
  leads_ = leads_ && IsSpace(c);
  ++at_;
  return true;
}

bool StartSearch::LeaveThoughts(std::string_view text) {
  const size_t end = FindThoughtsEnd(text, at_);
  if (end == std::string_view::npos) {
    at_ = std::max(at_, text.size() - std::min(text.size(), kLongestTag));
    return false;
  }
  at_ = end;
  place_ = Place::kOutside;
  return true;
}

// The language and what else stands behind the fence's mark.
bool StartSearch::ReadFenceLine(char c) {
  if (c == '\n' || IsOpeningBracket(c)) {
    place_ = Place::kOutside;
    leads_ = true;
  } else {
    ++at_;
  }
  return true;
}

// All of the text may be that string.
bool StartSearch::LeaveString(std::string_view text) {
  at_ = std::min(text.find_first_of("\"\\", at_), text.size());
  if (at_ == text.size()) return false;
  const bool escape = text[at_] == '\\';
  if (escape && at_ + 1 == text.size()) return false;
  if (!escape) place_ = Place::kOutside;
  at_ += escape ? 2 : 1;
  return true;
}

bool StartSearch::ReadMark(std::string_view text) {
  const std::string_view rest = text.substr(at_, kLongestTag);
  if (FenceAt(text, at_)) {
    at_ += kFenceMark.size();
    place_ = Place::kFenceLine;
    return true;
  }
  if (const size_t tag = MarkSize(rest, kStartTags); tag > 0) {
    at_ += tag;
    place_ = Place::kThoughts;
    return true;
  }
  const auto may_become = [rest](std::string_view tag) { return MayBecome(rest, tag); };
  if (MayBecome(rest, kFenceMark) || std::ranges::any_of(kStartTags, may_become)) return false;
  leads_ = false;
  ++at_;
  return true;
}

size_t FindThoughtsEnd(std::string_view text, size_t at) {
  constexpr std::string_view kStart = "</think";
  for (at = text.find(kStart, at); at != std::string_view::npos; at = text.find(kStart, at + 1)) {
    if (const size_t size = MarkSize(text.substr(at), kEndTags); size > 0) return at + size;
  }
  return at;
}

}  // namespace extractd::json
