#include "server/json/text_writer.h"

#include <fmt/format.h>

#include "server/json/write.h"

namespace extractd::json {

// A value never ends with one of these, an unfinished place for one always does.
bool TextWriter::IsAfterValue() const {
  if (out_.empty()) return false;
  const char last = out_.back();
  return last != '{' && last != '[' && last != ':';
}

void TextWriter::Separate() {
  if (IsAfterValue()) out_ += ',';
}

TextWriter& TextWriter::Open(char bracket) {
  Separate();
  out_ += bracket;
  return *this;
}

TextWriter& TextWriter::Key(std::string_view key) {
  WriteString(key, IsAfterValue() ? ',' : '\0', ':', out_);
  return *this;
}

TextWriter& TextWriter::String(std::string_view text) {
  WriteString(text, IsAfterValue() ? ',' : '\0', '\0', out_);
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
