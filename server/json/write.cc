#include "server/json/write.h"

#include <array>
#include <iterator>

#include <fmt/format.h>

#include "server/base/utf8.h"

namespace extractd::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr int kIndent = 2;

// True for the bytes that need no escape and no look at what follows.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t i = 0x20; i < 0x80; ++i) plain[i] = i != '"' && i != '\\';
  return plain;
}();

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

class Writer {
 public:
  Writer(std::string& out, int indent) : out_(out), indent_(indent) {}

  void Put(const Value& value) {
    switch (value.type()) {
      case Type::kNull:
        out_ += "null";
        return;
      case Type::kBoolean:
        out_ += value.boolean() ? "true" : "false";
        return;
      case Type::kNumber:
        out_ += value.number();
        return;
      case Type::kString:
        WriteString(value.string(), out_);
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
      if (!first) out_ += ',';
      first = false;
      BreakLine();
      if (value.is_object()) {
        WriteString(child.key(), out_);
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
  int level_ = 0;
};

}  // namespace

void WriteString(std::string_view text, std::string& out) {
  out += '"';
  size_t run = 0;
  for (size_t at = 0; at < text.size();) {
    if (kPlain[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    out.append(text.substr(run, at - run));
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      WriteEscape(text[at], out);
      ++at;
    } else {
      at += WriteNonAscii(text.substr(at), out);
    }
    run = at;
  }
  out.append(text.substr(run));
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

std::string ToIndentedText(const Value& value) {
  std::string out;
  Writer(out, kIndent).Put(value);
  return out;
}

}  // namespace extractd::json
