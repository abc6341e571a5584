#include "server/json/tolerant/loose_text.h"

#include <algorithm>

#include "server/base/utf8.h"
#include "server/json/lexical.h"

namespace extractd::json {
namespace {

constexpr bool IsAscii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

constexpr std::u32string_view kTypographicDouble = U"«»“”„‟";
constexpr std::u32string_view kTypographicSingle = U"´‘’‚‛";

Quote QuoteOf(char32_t c) {
  switch (c) {
    case U'"':
      return Quote::kDouble;
    case U'\'':
      return Quote::kSingle;
    case U'`':
      return Quote::kBacktick;
    default:
      break;
  }
  if (kTypographicDouble.find(c) != std::u32string_view::npos) return Quote::kTypographicDouble;
  if (kTypographicSingle.find(c) != std::u32string_view::npos) return Quote::kTypographicSingle;
  return Quote::kNone;
}

// Form feed, vertical tab, next line, no-break space, ogham space, mongolian vowel separator, line
// and paragraph separator, narrow no-break space, mathematical space, word joiner, ideographic
// space, byte order mark.
constexpr std::u32string_view kLooseSpaces =
    U"\f\v\u0085\u00A0\u1680\u180E\u2028\u2029\u202F\u205F\u2060\u3000\uFEFF";

bool IsLooseSpace(char32_t c) {
  const bool of_a_width = c >= 0x2000 && c <= 0x200D;  // en quad to zero-width joiner
  return of_a_width || kLooseSpaces.find(c) != std::u32string_view::npos;
}

constexpr bool IsWordByte(char c) {
  return IsLetter(c) || IsDigit(c) || c == '_' || c == '$' || c == '.' || c == '+' || c == '-' ||
         c == '@';
}

}  // namespace

QuoteMark QuoteAt(std::string_view text, size_t at) {
  if (at == text.size()) return {};
  if (text[at] == '\\' && text.substr(at, 2) == "\\\"") return {.kind = Quote::kEscaped, .size = 2};
  CodePoint point = {.value = static_cast<unsigned char>(text[at]), .size = 1};
  if (!IsAscii(text[at])) point = DecodeUtf8(text.substr(at));
  const Quote kind = QuoteOf(point.value);
  return {.kind = kind, .size = kind == Quote::kNone ? 0 : point.size};
}

std::string_view TripleQuoteAt(std::string_view text, size_t at) {
  const std::string_view marks = text.substr(at, 3);
  return marks == "\"\"\"" || marks == "'''" || marks == kFenceMark ? marks : std::string_view();
}

bool MayClose(Quote opening, Quote mark) {
  if (opening == mark) return true;
  return (opening == Quote::kTypographicDouble && mark == Quote::kDouble) ||
         (opening == Quote::kTypographicSingle && mark == Quote::kSingle);
}

size_t LooseSpaceSize(std::string_view text, size_t at) {
  const CodePoint point = DecodeUtf8(text.substr(at));
  return IsLooseSpace(point.value) ? point.size : 0;
}

std::string_view WordAt(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size()) {
    if (IsWordByte(text[end])) {
      ++end;
      continue;
    }
    if (IsAscii(text[end])) break;
    const CodePoint point = DecodeUtf8(text.substr(end));
    const bool letter =
        point.size > 0 && !IsLooseSpace(point.value) && QuoteOf(point.value) == Quote::kNone;
    if (!letter) break;
    end += point.size;
  }
  return text.substr(at, end - at);
}

bool HoldsMember(std::string_view text) {
  constexpr std::string_view kQuotes = "\"'`";
  constexpr std::string_view kSpaces = " \t\r\n";
  for (size_t at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1)) {
    const size_t before = text.substr(0, at).find_last_not_of(kSpaces);
    const bool quoted =
        before != std::string_view::npos && kQuotes.find(text[before]) != std::string_view::npos;
    if (quoted && text.find_first_not_of(kSpaces, at + 1) != std::string_view::npos) return true;
  }
  return false;
}

bool HoldsData(std::string_view comment) {
  constexpr std::string_view kBeginnings = "\"'`[{";
  const size_t first = comment.find_first_not_of("#/* \t\r\n");
  const bool begins =
      first != std::string_view::npos && kBeginnings.find(comment[first]) != std::string_view::npos;
  const bool half_pair = std::ranges::count(comment, '"') % 2 == 1;
  return begins || half_pair || HoldsMember(comment);
}

size_t ForwardSearch::From(size_t at) {
  if (at >= asked_ && at <= next_) return next_;
  asked_ = at;
  next_ = std::min(text_.find(needle_, at), text_.size());
  return next_;
}

CommentReader::CommentReader(std::string_view text)
    : text_(text), line_feed_(text, "\n"), carriage_return_(text, "\r"), block_end_(text, "*/") {}

bool CommentReader::Begins(size_t at) const {
  const std::string_view rest = text_.substr(at, 2);
  return rest.starts_with('#') || rest == "//" || rest == "/*";
}

Comment CommentReader::Read(size_t at) {
  if (text_.substr(at, 2) == "/*") {
    const size_t mark = block_end_.From(at + 2);
    const bool closed = mark < text_.size();
    return {.end = closed ? mark + 2 : mark, .closed = closed};
  }
  const size_t end = std::min(line_feed_.From(at), carriage_return_.From(at));
  return {.end = end, .closed = end < text_.size()};
}

size_t SkipBlank(std::string_view text, size_t at, CommentReader& comments) {
  while (at < text.size()) {
    if (IsSpace(text[at])) {
      ++at;
    } else if (comments.Begins(at)) {
      at = comments.Read(at).end;
    } else if (const size_t size = LooseSpaceSize(text, at); size > 0) {
      at += size;
    } else {
      break;
    }
  }
  return at;
}

}  // namespace extractd::json
