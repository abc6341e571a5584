#include "server/schema/compile/locate.h"

#include <charconv>
#include <string>
#include <vector>

#include "server/json/lexical.h"
#include "server/json/parse.h"
#include "server/json/pointer.h"

namespace extractd::schema {
namespace {

// Steps through a text that is known to be JSON.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) { SkipSpace(); }

  size_t at() const { return at_; }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void Step() {
    ++at_;
    SkipSpace();
  }

  // Past the string here; its text, unescaped.
  std::string TakeString() {
    const size_t begin = at_;
    PassString();
    json::ParseResult parsed = json::ParseView(text_.substr(begin, at_ - begin));
    SkipSpace();
    const auto* document = std::get_if<json::Document>(&parsed);
    return document == nullptr ? "" : std::string(document->root().string());
  }

  // Past the value here. Brackets in strings do not count; other bytes need no look.
  void PassValue() {
    size_t open = 0;
    do {
      const char c = Peek();
      if (c == '"') {
        PassString();
      } else if (c == '{' || c == '[') {
        ++open;
        ++at_;
      } else if (c == '}' || c == ']') {
        --open;
        ++at_;
      } else if (c == ',' || c == ':' || json::IsSpace(c)) {
        ++at_;
      } else {
        PassWord();
      }
    } while (open > 0 && at_ < text_.size());
    SkipSpace();
  }

 private:
  void SkipSpace() {
    while (at_ < text_.size() && json::IsSpace(text_[at_])) ++at_;
  }
  void PassString() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }
  void PassWord() { at_ = std::min(text_.find_first_of(",:]} \t\r\n", at_), text_.size()); }

  std::string_view text_;
  size_t at_ = 0;
};

// To the member `name` of the object here, onto its value. The offset of its name, if it is there.
bool EnterMember(Cursor& cursor, const std::string& name, size_t& place) {
  cursor.Step();
  while (cursor.Peek() == '"') {
    const size_t begin = cursor.at();
    const bool found = cursor.TakeString() == name;
    cursor.Step();  // ':'
    if (found) {
      place = begin;
      return true;
    }
    cursor.PassValue();
    if (cursor.Peek() == ',') cursor.Step();
  }
  return false;
}

bool EnterElement(Cursor& cursor, const std::string& token, size_t& place) {
  size_t index = 0;
  std::from_chars(token.data(), token.data() + token.size(), index);
  cursor.Step();
  for (; cursor.Peek() != ']' && cursor.Peek() != '\0'; --index) {
    if (index == 0) {
      place = cursor.at();
      return true;
    }
    cursor.PassValue();
    if (cursor.Peek() == ',') cursor.Step();
  }
  return false;
}

}  // namespace

size_t Locate(std::string_view text, std::string_view pointer) {
  Cursor cursor(text);
  size_t place = cursor.at();
  const auto tokens = json::SplitPointer(pointer);
  if (!tokens.has_value()) return place;
  for (const std::string& token : *tokens) {
    bool entered = false;
    if (cursor.Peek() == '{') entered = EnterMember(cursor, token, place);
    if (cursor.Peek() == '[' && !entered) entered = EnterElement(cursor, token, place);
    if (!entered) break;
  }
  return place;
}

}  // namespace extractd::schema
