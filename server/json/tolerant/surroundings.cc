#include "server/json/tolerant/surroundings.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

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
  size_t index = 0;  // of what was chosen
};

class Surroundings {
 public:
  Surroundings(std::string_view text, Answer answer)
      : text_(text),
        answer_(std::move(answer)),
        last_chosen_(answer_.candidates[answer_.chosen.back()]) {}

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
  const Candidate& Chosen(size_t index) const { return answer_.candidates[answer_.chosen[index]]; }

  // In the order of the text. Where one reaches into the chosen value, it ends there.
  std::vector<Part> Parts() const {
    std::vector<Part> parts;
    for (size_t i = 0; i < answer_.chosen.size(); ++i) {
      parts.push_back({.span = Chosen(i).marks, .kind = Part::Kind::kChosen, .index = i});
    }
    const auto add = [&](Part part) {
      for (const size_t chosen : answer_.chosen) {
        const size_t begin = answer_.candidates[chosen].marks.begin;
        if (part.span.begin < begin) part.span.end = std::min(part.span.end, begin);
      }
      parts.push_back(part);
    };
    for (const Span& thought : answer_.thoughts) add({.span = thought});
    for (size_t i = 0; i < answer_.candidates.size(); ++i) {
      const Candidate& other = answer_.candidates[i];
      if (!other.reading.begun || std::ranges::binary_search(answer_.chosen, i)) continue;
      const bool loss = IsLoss(text_, other, last_chosen_);
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
        return PutChosen(part.index);
    }
  }

  // A start tag alone may be text after all, of a value that is broken.
  void PutThought(Span span) {
    const std::string_view thought = TextOf(text_, span);
    const bool open = answer_.ends_in_thoughts && span.begin == answer_.thoughts.back().begin;
    const bool prose = chosen_seen_ ? IsProseAfter(thought) : !HoldsMember(thought);
    Drop(repair_kind::kThink, thought, prose || !open);
  }

  void PutChosen(size_t index) {
    Candidate& chosen = answer_.candidates[answer_.chosen[index]];
    if (answer_.listed && index == 0) PutList();
    if (chosen.fenced) PutFence(chosen);
    PutBetween({chosen.content.begin, chosen.value.begin});
    for (Repair& repair : chosen.repairs) {
      if (answer_.listed) repair.path = fmt::format("/{}{}", index, repair.path);
      repairs_.push_back(std::move(repair));
    }
    chosen_seen_ = true;
    PutBetween({chosen.value.end, chosen.content.end});
  }

  // Several values became the elements of one array.
  void PutList() { repairs_.push_back({.kind = std::string(repair_kind::kList), .after = "[…]"}); }

  // The marks of the fence, with an ellipsis for what they enclose.
  void PutFence(const Candidate& chosen) {
    const Span opening = {chosen.marks.begin, chosen.content.begin};
    const Span closing = {chosen.content.end, chosen.marks.end};
    std::string marks = RepairText(Trim(TextOf(text_, opening))) + " …";
    if (closing.begin < closing.end) marks += " " + RepairText(TextOf(text_, closing));
    Drop(repair_kind::kFence, marks);
  }

  // Comments, or prose.
  void PutBetween(Span span) {
    const std::string_view rest = Trim(TextOf(text_, span));
    if (rest.empty() || (answer_.listed && rest == ",")) return;
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
    const bool harmless =
        loose.count <= opened_before_ || !(titled_ || last_chosen_.reading.nested);
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
  const Candidate& last_chosen_;
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
