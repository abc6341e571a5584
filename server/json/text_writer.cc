#include "server/json/text_writer.h"

#include <fmt/format.h>

#include "server/json/write.h"

namespace extractd::json {

// A value never ends with one of these, an unfinished place for one always does.
void TextWriter::Separate() {
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_ += ',';
}

TextWriter& TextWriter::Open(char bracket) {
  Separate();
  out_ += bracket;
  return *this;
}

TextWriter& TextWriter::Key(std::string_view key) {
  Separate();
  WriteString(key, out_);
  out_ += ':';
  return *this;
}

TextWriter& TextWriter::String(std::string_view text) {
  Separate();
  WriteString(text, out_);
  return *this;
}

TextWriter& TextWriter::Raw(std::string_view json) {
  Separate();
  out_ += json;
  return *this;
}

std::string TextWriter::NumberText(long long value) {
  return fmt::format_int(value).str();
}

std::string TextWriter::NumberText(unsigned long long value) {
  return fmt::format_int(value).str();
}

std::string TextWriter::NumberText(double value) {
  return fmt::format("{}", value);
}

}  // namespace extractd::json
