#include "server/json/tolerant/surroundings.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "server/json/lexical.h"
#include "server/json/tolerant/loose_text.h"
#include "server/json/tolerant/repair_log.h"

namespace extractd::json {
namespace {

std::string_view TextOf(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

bool IsLoss(std::string_view text, const Candidate& other, const Candidate& chosen) {
  if (chosen.reading.structured && !other.reading.structured) return false;
  if (chosen.fenced && !other.fenced && other.value.begin < chosen.value.begin) return false;
  return TextOf(text, other.value) != TextOf(text, chosen.value);
}

bool IsOpening(char c) {
  return c == '{' || c == '[';
}
bool IsClosing(char c) {
  return c == '}' || c == ']';
}

// Brackets without a partner, in the text on one side of the value.
struct LooseBrackets {
  size_t count = 0;
  bool behind_text = false;  // there is text between one of them and the value
};

// From the value outward.
template <class Iterator>
LooseBrackets FindLooseBrackets(
    Iterator first, const Iterator& last, bool (*opens)(char), bool (*closes)(char)
) {
  LooseBrackets loose;
  size_t depth = 0;
  bool text_seen = false;
  for (; first != last; ++first) {
    if (opens(*first)) {
      ++depth;
    } else if (!closes(*first)) {
      text_seen = text_seen || !IsSpace(*first);
    } else if (depth > 0) {
      --depth;
    } else {
      ++loose.count;
      loose.behind_text = loose.behind_text || text_seen;
    }
  }
  return loose;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// One stretch of the text that is recorded by itself.
struct Part {
  enum class Kind : std::uint8_t { kThought, kCandidate, kChosen };
  Span span = {};
  Kind kind = Kind::kThought;
  bool lossless = true;
};

class Surroundings {
 public:
  Surroundings(std::string_view text, Answer answer)
      : text_(text),
        answer_(std::move(answer)),
        // NOLINTNEXTLINE(bugprone-unchecked-optional-access): made only where something was chosen
        chosen_(answer_.chosen.value()) {}

  std::vector<Repair> List() {
    size_t at = 0;
    for (const Part& part : Parts()) {
      if (part.span.begin < at) continue;
      PutBetween({at, part.span.begin});
      Put(part);
      at = part.span.end;
    }
    PutBetween({at, text_.size()});
    return std::move(repairs_);
  }

 private:
  // In the order of the text. Where one reaches into the chosen value, it ends there.
  std::vector<Part> Parts() const {
    std::vector<Part> parts = {{.span = chosen_.marks, .kind = Part::Kind::kChosen}};
    const auto add = [&](Part part) {
      const size_t chosen_begin = chosen_.marks.begin;
      if (part.span.begin < chosen_begin) part.span.end = std::min(part.span.end, chosen_begin);
      parts.push_back(part);
    };
    for (const Span& thought : answer_.thoughts) add({.span = thought});
    for (const Candidate& other : answer_.others) {
      const bool loss = IsLoss(text_, other, chosen_);
      // What is left, like [1], reads like the prose around it.
      if (!loss && !other.reading.structured) continue;
      add({.span = other.value, .kind = Part::Kind::kCandidate, .lossless = !loss});
    }
    std::ranges::sort(parts, {}, [](const Part& part) { return part.span.begin; });
    return parts;
  }

  void Put(const Part& part) {
    switch (part.kind) {
      case Part::Kind::kThought:
        return PutThought(part.span);
      case Part::Kind::kCandidate:
        return Drop(repair_kind::kCandidate, TextOf(text_, part.span), part.lossless);
      case Part::Kind::kChosen:
        return PutChosen();
    }
  }

  // A start tag alone may be text after all, of a value that is broken.
  void PutThought(Span span) {
    const std::string_view thought = TextOf(text_, span);
    const bool open = answer_.ends_in_thoughts && span.begin == answer_.thoughts.back().begin;
    const bool prose = chosen_seen_ ? IsProseAfter(thought) : !HoldsMember(thought);
    Drop(repair_kind::kThink, thought, prose || !open);
  }

  void PutChosen() {
    if (chosen_.fenced) PutFence();
    PutBetween({chosen_.content.begin, chosen_.value.begin});
    std::ranges::move(answer_.repairs, std::back_inserter(repairs_));
    chosen_seen_ = true;
    PutBetween({chosen_.value.end, chosen_.content.end});
  }

  // The marks of the fence, with an ellipsis for what they enclose.
  void PutFence() {
    const Span opening = {chosen_.marks.begin, chosen_.content.begin};
    const Span closing = {chosen_.content.end, chosen_.marks.end};
    std::string marks = RepairText(Trim(TextOf(text_, opening))) + " …";
    if (closing.begin < closing.end) marks += " " + RepairText(TextOf(text_, closing));
    Drop(repair_kind::kFence, marks);
  }

  // Comments, or prose.
  void PutBetween(Span span) {
    const std::string_view rest = Trim(TextOf(text_, span));
    if (rest.empty()) return;
    CommentReader comments(rest);
    if (SkipBlank(rest, 0, comments) == rest.size()) return PutBlank(rest, comments);
    Drop(repair_kind::kProse, rest, chosen_seen_ ? IsProseAfter(rest) : IsProseBefore(rest));
  }

  // It does not hold parts of an array or object of which the chosen value is another part.
  bool IsProseBefore(std::string_view dropped) {
    const LooseBrackets loose =
        FindLooseBrackets(dropped.rbegin(), dropped.rend(), IsClosing, IsOpening);
    opened_before_ = loose.count;
    titled_ = dropped.ends_with(':');
    return !loose.behind_text && !HoldsMember(dropped);
  }

  // A closing bracket too many, without an opening one before the value, may close an object of
  // which the value is a member, or be one inside the value that closed a part of it too early.
  bool IsProseAfter(std::string_view dropped) const {
    const LooseBrackets loose =
        FindLooseBrackets(dropped.begin(), dropped.end(), IsOpening, IsClosing);
    const bool harmless = loose.count <= opened_before_ || !(titled_ || chosen_.reading.nested);
    return harmless && !loose.behind_text && !HoldsMember(dropped);
  }

  // Nothing but comments and white space that JSON does not know.
  void PutBlank(std::string_view blank, CommentReader& comments) {
    for (size_t at = 0; at < blank.size();) {
      const size_t space = LooseSpaceSize(blank, at);
      if (comments.Begins(at)) {
        const size_t end = comments.Read(at).end;
        const std::string_view comment = blank.substr(at, end - at);
        Drop(repair_kind::kComment, comment, !HoldsData(comment));
        at = end;
      } else if (space > 0) {
        Drop(repair_kind::kWhiteSpace, blank.substr(at, space));
        at += space;
      } else {
        ++at;
      }
    }
  }

  void Drop(std::string_view kind, std::string_view text, bool lossless = true) {
    if (text.empty()) return;
    repairs_.push_back({.kind = std::string(kind), .before = RepairText(text), .lossless = lossless}
    );
  }

  std::string_view text_;
  Answer answer_;
  Candidate chosen_;
  std::vector<Repair> repairs_;
  bool chosen_seen_ = false;
  size_t opened_before_ = 0;  // loose brackets before the chosen value
  bool titled_ = false;       // a colon stands before it
};

}  // namespace

std::vector<Repair> ListRepairs(std::string_view text, Answer answer) {
  return Surroundings(text, std::move(answer)).List();
}

}  // namespace extractd::json
