#include "server/json/incremental/incremental_parser.h"

#include <algorithm>
#include <optional>

#include "server/json/lexical.h"
#include "server/json/parse.h"

namespace extractd::json {
namespace {

constexpr size_t kLongestEndTag = std::string_view("</thinking>").size();

bool IsBlank(std::string_view text) {
  return std::ranges::all_of(text, IsSpace);
}

}  // namespace

void IncrementalParser::Feed(std::string_view piece, PathListener listener) {
  too_large_ = too_large_ || piece.size() > kMaxTextBytes - text_.size();
  if (too_large_) return;
  text_ += piece;
  while (Advance(listener)) {
  }
}

// False: more of the text must come first.
bool IncrementalParser::Advance(PathListener listener) {
  switch (phase_) {
    case Phase::kSearching:
      return Search();
    case Phase::kReading:
      return Read(listener);
    case Phase::kStanding:
      return LookForThoughtsEnd(listener);
  }
  return false;
}

bool IncrementalParser::Search() {
  const std::optional<size_t> start = search_.Next(text_);
  if (!start.has_value()) return false;
  begin_ = *start;
  value_.Begin(begin_);
  phase_ = Phase::kReading;
  return true;
}

bool IncrementalParser::Read(PathListener listener) {
  using Progress = GrowingValue::Progress;
  const Progress progress = value_.Read(text_);
  // What stands in prose may be a bracket of it, until a member begins.
  const bool shown = value_.structured() || search_.leads();
  if (progress != Progress::kWaits && !shown) {
    search_.GoTo(std::max(value_.at(), begin_ + 1));
    phase_ = Phase::kSearching;
    return true;
  }
  if (shown) reporter_.Report(value_.builder(), value_.OpenString(text_), listener);
  if (progress == Progress::kWaits) return false;
  complete_ = progress == Progress::kComplete;
  thoughts_read_ = value_.at();
  phase_ = Phase::kStanding;
  return true;
}

// Some models get the start of a think block with the prompt: all before its end was thought.
bool IncrementalParser::LookForThoughtsEnd(PathListener listener) {
  if (!complete_) return false;
  const size_t end = FindThoughtsEnd(text_, thoughts_read_);
  if (end == std::string_view::npos) {
    const size_t tail = text_.size() - std::min(text_.size(), kLongestEndTag);
    thoughts_read_ = std::max(thoughts_read_, tail);
    return false;
  }
  reporter_.Restart(listener);
  complete_ = false;
  search_ = StartSearch(end);
  phase_ = Phase::kSearching;
  return true;
}

TolerantResult IncrementalParser::Snapshot() const {
  return ParseTolerant(text_);
}

bool IncrementalParser::IsJson() const {
  const std::string_view text = text_;
  return !too_large_ && complete_ && value_.strict() && IsBlank(text.substr(0, begin_)) &&
         IsBlank(text.substr(value_.at()));
}

TolerantResult IncrementalParser::Finish(PathListener listener) {
  if (IsJson()) return {.document = value_.Finish()};
  if (too_large_) {
    reporter_.Abandon(nullptr, listener);
    return {.error_offset = kMaxTextBytes, .error = "larger than 1 GiB"};
  }
  TolerantResult result = ParseTolerant(text_);
  const Value* root = result.document.has_value() ? &result.document->root() : nullptr;
  if (root != nullptr && !result.truncated) {
    reporter_.Settle(*root, listener);
  } else {
    reporter_.Abandon(root, listener);
  }
  return result;
}

}  // namespace extractd::json
