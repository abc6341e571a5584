#include "server/json/tolerant/answer_search.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/json/lexical.h"
#include "server/json/tolerant/answer_choice.h"
#include "server/json/tolerant/loose_text.h"

namespace extractd::json {
namespace {

constexpr std::array<std::string_view, 2> kThinkTags = {"<think>", "<thinking>"};
constexpr std::array<std::string_view, 2> kThinkEndTags = {"</think>", "</thinking>"};

// Size of the tag at `at`; 0 if none of them stands there.
size_t TagSize(std::string_view text, size_t at, const std::array<std::string_view, 2>& tags) {
  for (const std::string_view tag : tags) {
    if (text.substr(at, tag.size()) == tag) return tag.size();
  }
  return 0;
}

// Offset behind the first end tag from `at` on; npos if there is none.
size_t FindThinkEnd(std::string_view text, size_t at) {
  constexpr std::string_view kStart = "</think";
  for (at = text.find(kStart, at); at != std::string_view::npos; at = text.find(kStart, at + 1)) {
    if (const size_t size = TagSize(text, at, kThinkEndTags); size > 0) return at + size;
  }
  return at;
}

// Offset behind the marks of the code fence at `at`, its language tag and what else stands on that
// line, unless a value may begin there.
size_t SkipFenceOpening(std::string_view text, size_t at) {
  at = std::min(text.find_first_not_of('`', at), text.size());
  const size_t tag_end = at + WordAt(text, at).size();
  const size_t stop = text.find_first_of("\n{[\"'`", tag_end);
  return stop != std::string_view::npos && text[stop] == '\n' ? stop : tag_end;
}

// Where a candidate, a fence or a think tag may begin.
constexpr bool IsMark(char c) {
  return c == '{' || c == '[' || c == '<' || c == '`';
}

bool IsClosing(char c) {
  return c == '}' || c == ']';
}

// Guessing may read so many times the text.
constexpr size_t kMaxGuessing = 4;

class AnswerSearch {
 public:
  explicit AnswerSearch(std::string_view text)
      : text_(text),
        reader_(text, builder_),
        comments_(text),
        quotes_(text),
        guessing_left_(kMaxGuessing * text.size()) {}

  Answer Run() {
    const size_t start = SkipBlank(text_, 0, comments_);
    Search(start);
    // What looks like a comment may be a heading, with the answer in its line.
    if (start > 0 && answer_.candidates.empty()) {
      answer_ = {};
      Search(0);
    }
    return std::move(answer_);
  }

 private:
  void Search(size_t start) {
    at_ = start;
    while (TagSize(text_, at_, kThinkTags) > 0 && !answer_.ends_in_thoughts) {
      EnterThoughts();
      at_ = SkipBlank(text_, at_, comments_);
    }
    if (FenceAt(text_, at_)) EnterFence();
    if (TryScalar()) return;
    while (at_ < text_.size()) Step();
  }

  // At a start tag.
  void EnterThoughts() {
    const size_t end = FindThinkEnd(text_, at_);
    answer_.ends_in_thoughts = end == std::string_view::npos;
    answer_.thoughts.push_back({at_, answer_.ends_in_thoughts ? text_.size() : end});
    at_ = answer_.ends_in_thoughts ? at_ + TagSize(text_, at_, kThinkTags) : end;
  }

  // An end tag without a start: some models get that with the prompt, so all before `end` is
  // thought.
  void EndThoughts(size_t end) {
    answer_ = {.thoughts = {{0, end}}};
    lone_end_tag_seen_ = true;
    at_ = end;
  }

  void EnterFence() {
    fence_.begin = at_;
    fence_.end = SkipFenceOpening(text_, at_);
    at_ = SkipBlank(text_, fence_.end, comments_);
    fence_content_ = at_;
  }

  // True if all of the text is one value that is no array or object.
  bool TryScalar() {
    if (at_ == text_.size() || text_[at_] == '{' || text_[at_] == '[') return false;
    const bool quoted = text_[at_] == '"';
    Candidate candidate = ReadCandidate();
    const bool complete = candidate.complete() && EndsText(candidate);
    const bool cut =
        candidate.reading.ending == Ending::kOpen && (quoted || candidate.reading.begun);
    if (complete || cut) Add(std::move(candidate));
    return complete;
  }

  void Step() {
    while (at_ < text_.size() && !IsMark(text_[at_])) ++at_;
    if (at_ == text_.size()) return;
    if (text_[at_] == '{' || text_[at_] == '[') return TryContainer();
    if (FenceAt(text_, at_)) return EnterFence();
    if (TagSize(text_, at_, kThinkTags) > 0 && !answer_.ends_in_thoughts) return EnterThoughts();
    const size_t end_tag = TagSize(text_, at_, kThinkEndTags);
    if (end_tag > 0) return EndThoughts(at_ + end_tag);
    ++at_;
  }

  void TryContainer() {
    const size_t start = at_;
    Candidate candidate = ReadCandidate();
    const Reading& reading = candidate.reading;
    at_ = EndOf(candidate);
    if (!candidate.complete() && LeaveThoughts(start, candidate)) return;
    const bool prose = reading.ending == Ending::kBroken && !reading.begun;
    if (!prose && !IsThought(candidate)) Add(std::move(candidate));
  }

  // Where to go on behind `candidate`, which is made to end there if it is broken.
  size_t EndOf(Candidate& candidate) {
    const Reading& reading = candidate.reading;
    if (!reading.begun && !candidate.complete()) return reading.resume;
    if (reading.ending == Ending::kBroken) {
      candidate.value.end = SkipBroken(reading);
      candidate.content = candidate.marks = candidate.value;
      candidate.fenced = false;
    }
    return candidate.marks.end;
  }

  // What a model thinks last is its answer only if nothing comes after it.
  bool IsThought(const Candidate& candidate) {
    if (!answer_.ends_in_thoughts || candidate.value.begin < answer_.thoughts.back().begin) {
      return false;
    }
    return !candidate.complete() || !EndsText(candidate);
  }

  // One that is not begun counts as long as there is no other.
  void Add(Candidate candidate) {
    std::vector<Candidate>& all = answer_.candidates;
    if (!candidate.reading.begun && !all.empty()) return;
    if (all.size() == 1 && !all[0].reading.begun) all.clear();
    answer_.crowded = all.size() == kMaxCandidates;
    if (answer_.crowded) {
      at_ = text_.size();
      return;
    }
    all.push_back(std::move(candidate));
  }

  // A candidate that cannot be read, with the lone end tag of a think block in it, was thought.
  bool LeaveThoughts(size_t start, Candidate& candidate) {
    if (lone_end_tag_seen_ || !answer_.thoughts.empty()) return false;
    const size_t end = FindThinkEnd(text_.substr(0, at_), start);
    if (end == std::string_view::npos) return false;
    EndThoughts(end);
    if (candidate.reading.begun) answer_.thoughts.back().end = start;
    if (!candidate.reading.begun) return true;
    candidate.value.end = end;
    if (candidate.reading.ending == Ending::kOpen) {
      candidate.reading.error = "a think block ends inside a value";
    }
    candidate.reading.ending = Ending::kBroken;
    candidate.document = {};
    Add(std::move(candidate));
    return true;
  }

  Candidate ReadCandidate() {
    Candidate candidate = ReadValue();
    candidate.value = {at_, candidate.reading.end};
    candidate.content = candidate.marks = candidate.value;
    if (at_ != fence_content_) return candidate;
    const size_t next = SkipBlank(text_, candidate.value.end, comments_);
    const bool closed = FenceAt(text_, next);
    candidate.fenced = closed || next == text_.size();
    if (!candidate.fenced) return candidate;
    candidate.content = {fence_.end, next};
    candidate.marks = {fence_.begin, std::min(text_.find_first_not_of('`', next), text_.size())};
    return candidate;
  }

  // Guesses only where the sure way leads nowhere, and something says that this is meant as JSON.
  Candidate ReadValue() {
    Candidate sure = ReadOnce(Guess::kNothing);
    if (!MayGuess(sure)) return sure;
    for (const Guess guess : {Guess::kText, Guess::kQuotes}) {
      if (sure.reading.ending == Ending::kOpen && guess == Guess::kText) continue;
      Candidate guessed = ReadOnce(guess);
      guessing_left_ -= std::min(guessing_left_, guessed.reading.end - at_);
      if (guessed.complete() && guessed.reading.begun && Explains(guessed, sure)) return guessed;
    }
    return sure;
  }

  // A text that ends open may lack only a quote: then all of it is one value, whose brackets are
  // all there. Otherwise it was cut off, and no guess may hide that.
  bool Explains(const Candidate& guessed, const Candidate& sure) const {
    if (sure.reading.ending != Ending::kOpen) return true;
    const bool adds_brackets = std::ranges::any_of(guessed.repairs, [](const Repair& repair) {
      return repair.kind == repair_kind::kMissingBracket;
    });
    return guessed.reading.end == text_.size() && !adds_brackets;
  }

  Candidate ReadOnce(Guess guess) {
    Candidate candidate = {.reading = reader_.Read(at_, guess)};
    if (candidate.reading.ending != Ending::kBroken) candidate.document = builder_.Finish();
    candidate.repairs = reader_.TakeRepairs();
    return candidate;
  }

  bool MayGuess(const Candidate& sure) const {
    const Reading& reading = sure.reading;
    if (guessing_left_ == 0 || reading.ending == Ending::kComplete) return false;
    // A text that ends in a string, with brackets as the last of it, may lack only a quote.
    if (reading.ending == Ending::kOpen) {
      const bool in_string = !sure.repairs.empty() && !sure.repairs.back().before.empty();
      return in_string && reading.begun && reading.end == text_.size() && IsClosing(text_.back());
    }
    if (reading.begun) return true;
    const size_t next = text_.find_first_not_of(" \t\r\n", at_ + 1);
    return next != std::string_view::npos && text_[at_] == '{' && text_[next] == '"';
  }

  bool EndsText(const Candidate& candidate) {
    return SkipBlank(text_, candidate.marks.end, comments_) == text_.size();
  }

  // Behind the bracket that balances those which are open where a candidate broke.
  size_t SkipBroken(const Reading& reading) {
    size_t depth = reading.depth;
    size_t at = reading.end;
    while (at < text_.size() && depth > 0) {
      const char c = text_[at];
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      const DamagedString string = c == '"' ? quotes_.Read(at) : DamagedString{};
      at = string.closed ? string.end : at + 1;
    }
    return at;
  }

  std::string_view text_;
  size_t at_ = 0;
  Builder builder_;
  DamagedValueReader reader_;
  CommentReader comments_;
  StringReader quotes_;
  Span fence_;  // the last opening mark with its tag
  size_t fence_content_ = std::string_view::npos;
  bool lone_end_tag_seen_ = false;
  size_t guessing_left_;
  Answer answer_;
};

}  // namespace

Answer FindAnswer(std::string_view text) {
  Answer answer = AnswerSearch(text).Run();
  ChooseByRank(text, answer);
  return answer;
}

}  // namespace extractd::json
