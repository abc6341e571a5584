// The marks that models write in place of JSON's own: other quotes, other white space, comments,
// bare words.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_LOOSE_TEXT_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_LOOSE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace extractd::json {

enum class Quote : std::uint8_t {
  kNone,
  kDouble,             // JSON's own
  kSingle,             // '
  kBacktick,           // `
  kTypographicDouble,  // “ ” „ ‟ « »
  kTypographicSingle,  // ‘ ’ ‚ ‛ ´
  kEscaped,            // \", where a whole text was escaped once more
};
inline constexpr size_t kQuoteKinds = 7;

struct QuoteMark {
  Quote kind = Quote::kNone;
  size_t size = 0;  // in bytes
};

// The quotation mark at `at`, if there is one.
QuoteMark QuoteAt(std::string_view text, size_t at);

// Three quotes, as Python and Markdown write long texts: "\"\"\"", "'''" or "```" at `at`; else
// empty.
std::string_view TripleQuoteAt(std::string_view text, size_t at);

// A string that `opening` began may end with `mark`. Typographic quotes come in many pairs, and
// with the plain one as their end.
bool MayClose(Quote opening, Quote mark);

// Size of the white space at `at` that JSON does not know: form feed, no-break space, byte order
// mark and the like. 0 if there is none.
size_t LooseSpaceSize(std::string_view text, size_t at);

// The run of letters, digits and the signs "_$.+-@" at `at`: a number, a literal or a bare name.
std::string_view WordAt(std::string_view text, size_t at);

// Three backticks, the mark of a code fence.
inline constexpr std::string_view kFenceMark = "```";
inline bool FenceAt(std::string_view text, size_t at) {
  return text.substr(at).starts_with(kFenceMark);
}

// Finds a needle. What was found once is remembered, so that a hostile text cannot make many
// searches quadratic.
class ForwardSearch {
 public:
  ForwardSearch(std::string_view text, std::string_view needle) : text_(text), needle_(needle) {}

  // Offset of the next needle from `at` on; the size of the text if there is none.
  size_t From(size_t at);

 private:
  std::string_view text_;
  std::string_view needle_;
  // There is no needle from asked_ on before next_.
  size_t asked_ = 1;
  size_t next_ = 0;
};

// `text` holds what looks like a member of an object: a quote, a colon and something behind it.
bool HoldsMember(std::string_view text);

struct Comment {
  size_t end = 0;  // behind the comment; at the line break of one that ends with its line
  bool closed = false;
};

// `comment` looks like a part of the answer that was commented out, or swallowed by a line comment:
// it holds a member or half of a pair of quotes, or begins with a quote or a bracket. Linear.
bool HoldsData(std::string_view comment);

// Recognises // and # comments, which end with their line, and /* */ comments.
class CommentReader {
 public:
  explicit CommentReader(std::string_view text);

  // True if a comment begins at `at`.
  bool Begins(size_t at) const;
  // REQUIRES: Begins(at).
  Comment Read(size_t at);

 private:
  std::string_view text_;
  ForwardSearch line_feed_;
  ForwardSearch carriage_return_;
  ForwardSearch block_end_;
};

// Offset of the first byte from `at` on that is neither white space of any kind nor a comment.
size_t SkipBlank(std::string_view text, size_t at, CommentReader& comments);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_LOOSE_TEXT_H_
