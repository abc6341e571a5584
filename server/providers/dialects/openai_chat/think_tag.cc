#include "server/providers/dialects/openai_chat/think_tag.h"

#include <algorithm>
#include <utility>

namespace extractd::providers::openai_chat {
namespace {

constexpr std::string_view kOpen = "<think>";
constexpr std::string_view kClose = "</think>";
constexpr std::string_view kBlanks = " \t\r\n";
// More blanks in front of a tag than any model writes: from here on they are the answer's.
constexpr size_t kMaxBlanks = 64;

// Bytes at the end of `text` that may be the beginning of `tag`.
size_t CutTagBytes(std::string_view text, std::string_view tag) {
  for (size_t bytes = std::min(text.size(), tag.size() - 1); bytes > 0; --bytes) {
    if (text.ends_with(tag.substr(0, bytes))) return bytes;
  }
  return 0;
}

}  // namespace

ThinkTag::Split ThinkTag::Read(std::string_view piece) {
  if (place_ == Place::kAnswer) return {.text = std::string(piece)};
  held_ += piece;
  if (place_ == Place::kStart) return ReadStart();
  return place_ == Place::kInside ? ReadInside() : ReadBehind();
}

ThinkTag::Split ThinkTag::ReadStart() {
  const size_t blanks = std::min(held_.find_first_not_of(kBlanks), held_.size());
  const std::string_view rest = std::string_view(held_).substr(blanks);
  if (rest.starts_with(kOpen)) {
    held_.erase(0, blanks + kOpen.size());
    place_ = Place::kInside;
    return ReadInside();
  }
  if (kOpen.starts_with(rest) && blanks <= kMaxBlanks) return {};
  place_ = Place::kAnswer;
  return {.text = std::exchange(held_, {})};
}

ThinkTag::Split ThinkTag::ReadInside() {
  const size_t close = held_.find(kClose);
  if (close == std::string::npos) {
    const size_t known = held_.size() - CutTagBytes(held_, kClose);
    Split split = {.thinking = held_.substr(0, known)};
    held_.erase(0, known);
    return split;
  }
  std::string thinking = held_.substr(0, close);
  held_.erase(0, close + kClose.size());
  place_ = Place::kBehind;
  Split split = ReadBehind();
  split.thinking = std::move(thinking);
  return split;
}

ThinkTag::Split ThinkTag::ReadBehind() {
  held_.erase(0, std::min(held_.find_first_not_of(kBlanks), held_.size()));
  if (held_.empty()) return {};
  place_ = Place::kAnswer;
  return {.text = std::exchange(held_, {})};
}

ThinkTag::Split ThinkTag::Finish() {
  const bool thinking = place_ == Place::kInside;
  std::string rest = std::exchange(held_, {});
  return thinking ? Split{.thinking = std::move(rest)} : Split{.text = std::move(rest)};
}

}  // namespace extractd::providers::openai_chat
