// Scan: reads a text from left to right, for the rules of formats.
#ifndef EXTRACTD_SERVER_SCHEMA_FORMAT_SCAN_H_
#define EXTRACTD_SERVER_SCHEMA_FORMAT_SCAN_H_

#include <cstddef>
#include <string_view>

#include "server/json/lexical.h"

namespace extractd::schema {

constexpr bool IsHexDigit(char c) {
  return json::IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }
  std::string_view rest() const { return text_; }
  char Peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool Take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // One of `set`.
  bool TakeOneOf(std::string_view set) {
    if (text_.empty() || set.find(text_.front()) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }
  // The bytes at the start that `is` accepts, at most `max` of them.
  template <class Is>
  std::string_view TakeWhile(Is is, size_t max = std::string_view::npos) {
    size_t size = 0;
    while (size < text_.size() && size < max && is(text_[size])) ++size;
    const std::string_view taken = text_.substr(0, size);
    text_.remove_prefix(size);
    return taken;
  }
  // Exactly `count` digits as a number; -1 if there are fewer.
  int TakeNumber(size_t count) {
    const std::string_view digits = TakeWhile(json::IsDigit, count);
    if (digits.size() < count) return -1;
    int value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
  }

 private:
  std::string_view text_;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_FORMAT_SCAN_H_
