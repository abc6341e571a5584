#include "server/json/write.h"

#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/lexical.h"

namespace extractd::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr int kIndent = 2;

void WriteEscape(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

// An unpaired surrogate in WTF-8: three bytes ED A0..BF 80..BF.
bool IsSurrogate(std::string_view text) {
  return text.size() >= 3 && text[0] == '\xED' && static_cast<unsigned char>(text[1]) >= 0xA0 &&
         static_cast<unsigned char>(text[1]) <= 0xBF &&
         (static_cast<unsigned char>(text[2]) & 0xC0U) == 0x80;
}

// Writes what begins at a byte above ASCII; returns its size.
size_t WriteNonAscii(std::string_view text, std::string& out) {
  if (const size_t size = DecodeUtf8(text).size; size > 0) {
    out.append(text.substr(0, size));
    return size;
  }
  if (IsSurrogate(text)) {
    const unsigned unit = 0xD000U | ((static_cast<unsigned>(text[1]) & 0x3FU) << 6U) |
                          (static_cast<unsigned>(text[2]) & 0x3FU);
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit);
    return 3;
  }
  out.append(kReplacement);
  return 1;
}

constexpr size_t kUnlimited = std::numeric_limits<size_t>::max() / 2;
constexpr size_t kMaxCodePointBytes = 4;

// So much of `text` that its JSON has more than `size` bytes before the closing quote, or all of
// it.
std::string_view EnoughOf(std::string_view text, size_t size) {
  return CutUtf8(text, size + kMaxCodePointBytes);
}

class Writer {
 public:
  Writer(std::string& out, int indent, size_t limit = kUnlimited)
      : out_(out), indent_(indent), limit_(limit) {}

  void Put(const Value& value) {
    switch (value.type()) {
      case Type::kNull:
        out_ += "null";
        return;
      case Type::kBoolean:
        out_ += value.boolean() ? "true" : "false";
        return;
      case Type::kNumber:
        out_ += value.number().substr(0, limit_);
        return;
      case Type::kString:
        WriteString(EnoughOf(value.string(), limit_), out_);
        return;
      case Type::kArray:
        return PutChildren(value, '[', ']');
      case Type::kObject:
        return PutChildren(value, '{', '}');
    }
  }

 private:
  void PutChildren(const Value& value, char open, char close) {
    out_ += open;
    ++level_;
    bool first = true;
    for (const Value& child : value) {
      if (out_.size() >= limit_) return;
      if (!first) out_ += ',';
      first = false;
      BreakLine();
      if (value.is_object()) {
        WriteString(EnoughOf(child.key(), limit_), out_);
        out_ += indent_ > 0 ? ": " : ":";
      }
      Put(child);
    }
    --level_;
    if (!first) BreakLine();
    out_ += close;
  }

  void BreakLine() {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(level_ * indent_), ' ');
  }

  std::string& out_;
  int indent_;
  size_t limit_;
  int level_ = 0;
};

}  // namespace

void WriteString(std::string_view text, std::string& out) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const size_t end = SkipPlain(text, at);
    out.append(text, at, end - at);
    at = end;
    if (at == text.size()) break;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      WriteEscape(text[at], out);
      ++at;
    } else {
      at += WriteNonAscii(text.substr(at), out);
    }
  }
  out += '"';
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
