#include "server/json/write.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "server/base/utf8.h"
#include "server/json/lexical.h"

namespace extractd::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr int kIndent = 2;

// The most that one byte or one block of the text becomes.
constexpr size_t kMaxStepBytes = 16;
static_assert(kMaxStepBytes >= kScannedBytes);

char* WriteUnit(unsigned unit, char* to) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  *to++ = '\\';
  *to++ = 'u';
  for (unsigned shift = 16; shift > 0; shift -= 4) *to++ = kDigits[(unit >> (shift - 4)) & 0xFU];
  return to;
}

// The letter of the escape of one letter; '\0': there is none.
constexpr char EscapeLetter(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return '\0';
  }
}

// Writes at `to` and returns the end, as all of these do.
char* WriteEscape(char c, char* to) {
  const char letter = EscapeLetter(c);
  if (letter == '\0') return WriteUnit(static_cast<unsigned char>(c), to);
  *to++ = '\\';
  *to++ = letter;
  return to;
}

// An unpaired surrogate in WTF-8: three bytes ED A0..BF 80..BF.
bool IsSurrogate(std::string_view text) {
  return text.size() >= 3 && text[0] == '\xED' && static_cast<unsigned char>(text[1]) >= 0xA0 &&
         static_cast<unsigned char>(text[1]) <= 0xBF &&
         (static_cast<unsigned char>(text[2]) & 0xC0U) == 0x80;
}

// Writes what begins at a byte above ASCII, and takes it off `text`.
char* WriteNonAscii(std::string_view& text, char* to) {
  size_t size = DecodeUtf8(text).size;
  if (size > 0) {
    to = std::ranges::copy(text.substr(0, size), to).out;
  } else if (IsSurrogate(text)) {
    size = 3;
    to = WriteUnit(
        0xD000U | ((static_cast<unsigned>(text[1]) & 0x3FU) << 6U) |
            (static_cast<unsigned>(text[2]) & 0x3FU),
        to
    );
  } else {
    size = 1;
    to = std::ranges::copy(kReplacement, to).out;
  }
  text.remove_prefix(size);
  return to;
}

char* WriteUnusual(std::string_view& text, char* to) {
  if (static_cast<unsigned char>(text[0]) >= 0x80) return WriteNonAscii(text, to);
  to = WriteEscape(text[0], to);
  text.remove_prefix(1);
  return to;
}

bool IsPlain(char c) {
  return kPlain[static_cast<unsigned char>(c)];
}

// Copies at most sixteen bytes, without the call that a copy of any length is.
char* CopySmall(std::string_view text, char* to) {
  const char* const from = text.data();
  const size_t size = text.size();
  if (size >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + size - 4, from + size - 4, 4);
  } else {
    for (size_t i = 0; i < size; ++i) to[i] = from[i];
  }
  return to + size;
}

// Copies the plain bytes in front of a text that is shorter than a block.
char* CopyShort(std::string_view& text, char* to) {
  std::memset(to, 0, kScannedBytes);  // what is no part of the text is not plain
  CopySmall(text, to);
  const auto run = static_cast<size_t>(std::countr_zero(NotPlain(to)));
  text.remove_prefix(run);
  return to + run;
}

// Copies the plain bytes in front of `text`, of one block at most.
char* CopyPlain(std::string_view& text, char* to) {
  if (text.size() < kScannedBytes) return CopyShort(text, to);
  const char* const from = text.data();
  const unsigned found = NotPlain(from);
  const auto run = static_cast<size_t>(std::countr_zero(found | (1U << kScannedBytes)));
  std::memcpy(to, from, kScannedBytes);
  text.remove_prefix(run);
  return to + run;
}

constexpr size_t kUnlimited = std::numeric_limits<size_t>::max() / 2;
constexpr size_t kMaxCodePointBytes = 4;

// So much of `text` that its JSON has more than `size` bytes before the closing quote, or all of
// it.
std::string_view EnoughOf(std::string_view text, size_t size) {
  return CutUtf8(text, size + kMaxCodePointBytes);
}

// Puts a text together in a buffer of its own: to append to a string costs as much as to write
// twenty bytes.
class Gatherer {
 public:
  explicit Gatherer(std::string& out) : out_(out) {}
  ~Gatherer() { Flush(); }
  Gatherer(const Gatherer&) = delete;
  Gatherer& operator=(const Gatherer&) = delete;

  size_t size() const { return out_.size() + static_cast<size_t>(to_ - bytes_.data()); }

  void Byte(char c) {
    *to_++ = c;
    if (to_ >= full()) Flush();
  }

  void Bytes(std::string_view text) {
    if (text.size() > kMaxStepBytes) {
      Flush();
      out_ += text;
      return;
    }
    to_ = CopySmall(text, to_);
    if (to_ >= full()) Flush();
  }

  // In quotes, with the escapes it needs.
  void Quoted(std::string_view text) {
    char* to = to_;  // not the member: nothing that is written through it could change it
    *to++ = '"';
    while (!text.empty()) {
      to = CopyPlain(text, to);
      if (!text.empty() && !IsPlain(text[0])) to = WriteUnusual(text, to);
      if (to >= full()) to = FlushUpTo(to);
    }
    *to++ = '"';
    to_ = to >= full() ? FlushUpTo(to) : to;
  }

 private:
  static constexpr size_t kBytes = 512;

  // From here on there may not be room for the most that is written between two looks at it.
  char* full() { return bytes_.data() + (kBytes - (4 * kMaxStepBytes)); }
  void Flush() { to_ = FlushUpTo(to_); }
  char* FlushUpTo(const char* end) {
    out_.append(bytes_.data(), static_cast<size_t>(end - bytes_.data()));
    return bytes_.data();
  }

  std::string& out_;
  std::array<char, kBytes> bytes_;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  char* to_ = bytes_.data();
};

class Writer {
 public:
  Writer(std::string& out, int indent, size_t limit = kUnlimited)
      : out_(out), indent_(indent), limit_(limit) {}

  void Put(const Value& value) {
    switch (value.type()) {
      case Type::kNull:
        return out_.Bytes("null");
      case Type::kBoolean:
        return out_.Bytes(value.boolean() ? "true" : "false");
      case Type::kNumber:
        return out_.Bytes(value.number().substr(0, limit_));
      case Type::kString:
        return out_.Quoted(EnoughOf(value.string(), limit_));
      case Type::kArray:
        return PutChildren(value, '[', ']');
      case Type::kObject:
        return PutChildren(value, '{', '}');
    }
  }

 private:
  void PutChildren(const Value& value, char open, char close) {
    out_.Byte(open);
    ++level_;
    bool first = true;
    for (const Value& child : value) {
      if (out_.size() >= limit_) return;
      if (!first) out_.Byte(',');
      first = false;
      if (indent_ > 0) BreakLine();
      if (value.is_object()) {
        out_.Quoted(EnoughOf(child.key(), limit_));
        out_.Byte(':');
        if (indent_ > 0) out_.Byte(' ');
      }
      Put(child);
    }
    --level_;
    if (!first && indent_ > 0) BreakLine();
    out_.Byte(close);
  }

  void BreakLine() {
    out_.Byte('\n');
    for (int i = 0; i < level_ * indent_; ++i) out_.Byte(' ');
  }

  Gatherer out_;
  int indent_;
  size_t limit_;
  int level_ = 0;
};

}  // namespace

void WriteString(std::string_view text, char before, char after, std::string& out) {
  Gatherer gatherer(out);
  if (before != '\0') gatherer.Byte(before);
  gatherer.Quoted(text);
  if (after != '\0') gatherer.Byte(after);
}

void WriteString(std::string_view text, std::string& out) {
  WriteString(text, '\0', '\0', out);
}

void Write(const Value& value, std::string& out) {
  Writer(out, 0).Put(value);
}

std::string ToText(const Value& value) {
  std::string out;
  Write(value, out);
  return out;
}

std::string ToShortText(const Value& value, size_t max_bytes) {
  std::string out;
  Writer(out, 0, max_bytes).Put(value);
  out.resize(CutUtf8(out, max_bytes).size());
  return out;
}

std::string ToShortText(std::string_view string, size_t max_bytes) {
  std::string out;
  WriteString(EnoughOf(string, max_bytes), out);
  out.resize(CutUtf8(out, max_bytes).size());
  return out;
}

std::string ToIndentedText(const Value& value) {
  std::string out;
  Writer(out, kIndent).Put(value);
  return out;
}

}  // namespace extractd::json
