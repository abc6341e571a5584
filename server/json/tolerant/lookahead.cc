#include "server/json/tolerant/lookahead.h"

#include <algorithm>

#include "server/json/lexical.h"
#include "server/json/tolerant/loose_text.h"

namespace extractd::json {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

size_t SkipSpaces(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of(kSpaces, at), text.size());
}

// A colon that separates: not that of a URL.
bool ColonFollows(std::string_view text, size_t at) {
  at = SkipSpaces(text, at);
  return at < text.size() && text[at] == ':' && text.substr(at, 3) != "://";
}

// A quoted name ends before the line does.
bool QuotedNameFollows(std::string_view text, size_t at) {
  const size_t end = text.find_first_of("\"\n", at + 1);
  return end != std::string_view::npos && text[end] == '"' && ColonFollows(text, end + 1);
}

bool BeginsComment(std::string_view rest) {
  return rest.starts_with('#') || rest.starts_with("//") || rest.starts_with("/*");
}

bool BeginsElement(std::string_view rest) {
  if (rest.empty()) return true;
  constexpr std::string_view kBeginnings = "\"'`[]{}-";
  const char c = rest[0];
  if (IsDigit(c) || kBeginnings.find(c) != std::string_view::npos) return true;
  const std::string_view word = WordAt(rest, 0);
  constexpr std::string_view kLiterals[] = {"true", "false", "null", "True", "False", "None"};
  const bool whole = word.size() < rest.size();
  return std::ranges::any_of(kLiterals, [&](std::string_view literal) {
    return whole ? word == literal : literal.starts_with(word) && !word.empty();
  });
}

// What stands behind a comma in an object can be a member.
bool BeginsMember(std::string_view text, size_t at) {
  const size_t next = SkipSpaces(text, at);
  if (next == text.size() || text[next] == '}' || text[next] == ',') return true;
  if (BeginsComment(text.substr(next))) return true;
  const QuoteMark mark = QuoteAt(text, next);
  return (mark.size > 0 && mark.kind != Quote::kDouble) || NameFollows(text, next);
}

class StringEndSearch {
 public:
  StringEndSearch(std::string_view text, size_t start, StringPlace place)
      : text_(text), start_(start), place_(place) {}

  GuessedEnd Run() {
    for (size_t at = start_; at < text_.size();) {
      at = text_.find_first_of("\"\\", at);
      if (at == std::string_view::npos) break;
      if (text_[at] == '\\') {
        at += 2;
        continue;
      }
      if (place_ == StringPlace::kMember && EndsWithoutQuote(at)) return end_;
      if (Closes(at + 1)) {
        end_.content_end = at;
        end_.end = at + 1;
        end_.found = true;
        return end_;
      }
      end_.inner_quotes = true;
      ++at;
    }
    return place_ == StringPlace::kMember ? EndBeforeBareName() : GuessedEnd{};
  }

 private:
  std::string_view Ahead(size_t at) const { return text_.substr(at, kMaxLookahead); }

  // The quote at `at` opens the next name: behind a comma, or at the beginning of a line.
  bool EndsWithoutQuote(size_t at) {
    if (!QuotedNameFollows(text_.substr(0, at + kMaxLookahead), at)) return false;
    const std::string_view content = text_.substr(start_, at - start_);
    const size_t last = content.find_last_not_of(kSpaces);
    if (last == std::string_view::npos) return false;
    const bool comma = content[last] == ',';
    if (!comma && content.find('\n', last) == std::string_view::npos) return false;
    end_.content_end = end_.end = start_ + last + (comma ? 0 : 1);
    end_.found = end_.missing_quote = true;
    return true;
  }

  // Of a string without any quote that could end it: before a comma with a bare name behind it.
  GuessedEnd EndBeforeBareName() const {
    for (size_t at = text_.find(',', start_); at < text_.size(); at = text_.find(',', at + 1)) {
      if (!NameFollows(text_, at + 1)) continue;
      return {.content_end = at, .end = at, .found = true, .missing_quote = true};
    }
    return {};
  }

  // `at` is the offset behind a quote.
  bool Closes(size_t at) const {
    const size_t next = SkipSpaces(text_, at);
    if (next == text_.size() || FenceAt(text_, next)) return true;
    const char c = text_[next];
    const std::string_view rest = Ahead(next);
    if (place_ == StringPlace::kName) return c == ':' || c == '=';
    if (c == '}' || c == ']' || BeginsComment(rest)) return true;
    if (place_ == StringPlace::kMember) {
      return c == ',' ? BeginsMember(rest, 1) : c == '"' && next > at && NameFollows(text_, next);
    }
    if (c == ',') return BeginsElement(Ahead(SkipSpaces(text_, next + 1)));
    return next > at && (c == '"' || c == '{' || c == '[');
  }

  std::string_view text_;
  size_t start_;
  StringPlace place_;
  GuessedEnd end_;
};

bool IsOpening(char c) {
  return c == '{' || c == '[' || c == '(';
}
bool IsClosing(char c) {
  return c == '}' || c == ']' || c == ')';
}

// A comment stands apart from the text before it.
bool CommentBegins(std::string_view text, size_t at) {
  return at > 0 && IsSpace(text[at - 1]) && BeginsComment(text.substr(at, 2));
}

class BareTextSearch {
 public:
  BareTextSearch(std::string_view text, size_t at, bool in_object)
      : text_(text), start_(at), in_object_(in_object) {}

  BareText Run() {
    size_t at = start_;
    while (at < text_.size() && !Ends(at)) ++at;
    BareText bare = {.text = text_.substr(start_, at - start_)};
    while (!bare.text.empty() && IsSpace(bare.text.back())) bare.text.remove_suffix(1);
    constexpr std::string_view kMarks = "\"'`,:;{}[]()\n\\*<>";
    bare.plain = bare.text.find_first_of(kMarks) == std::string_view::npos;
    return bare;
  }

 private:
  bool Ends(size_t at) {
    const char c = text_[at];
    if (IsOpening(c)) ++depth_;
    if (IsClosing(c) && depth_ == 0) return c != ')';
    if (IsClosing(c)) --depth_;
    if (CommentBegins(text_, at) || FenceAt(text_, at)) return true;
    if (c == ',' || c == '\n') return in_object_ ? MemberEnds(at + 1) : depth_ == 0;
    const bool apart = c == '"' && in_object_ && at > start_ && IsSpace(text_[at - 1]);
    return apart && NameFollows(text_, at);
  }

  // Behind a comma or line break at `at` comes a name, a closing bracket or the end of the text.
  bool MemberEnds(size_t at) const {
    const std::string_view rest = text_.substr(at, kMaxLookahead);
    const size_t next = SkipSpaces(rest, 0);
    if (next == rest.size()) return at + next == text_.size();
    const bool closes = (rest[next] == '}' || rest[next] == ']') && depth_ == 0;
    return closes || NameFollows(rest, next);
  }

  std::string_view text_;
  size_t start_;
  bool in_object_;
  size_t depth_ = 0;  // brackets that the text itself opened
};

}  // namespace

bool NameFollows(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at, kMaxLookahead);
  const size_t start = SkipSpaces(rest, 0);
  if (start == rest.size()) return false;
  if (rest[start] == '"') return QuotedNameFollows(rest, start);
  const std::string_view word = WordAt(rest, start);
  return !word.empty() && ColonFollows(rest, start + word.size());
}

GuessedEnd GuessStringEnd(std::string_view text, size_t start, StringPlace place) {
  return StringEndSearch(text, start, place).Run();
}

BareText BareTextAt(std::string_view text, size_t at, bool in_object) {
  return BareTextSearch(text, at, in_object).Run();
}

}  // namespace extractd::json
