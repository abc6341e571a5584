#include "server/json/incremental/growing_value.h"

#include <algorithm>
#include <utility>

#include "server/base/utf8.h"
#include "server/json/lexical.h"
#include "server/json/parse.h"
#include "server/json/tolerant/damaged_scalar.h"
#include "server/json/tolerant/loose_text.h"

namespace extractd::json {
namespace {

constexpr size_t kUnicodeEscapeBytes = 6;
constexpr size_t kSurrogateBytes = 3;  // in WTF-8

bool EndsInHighSurrogate(std::string_view wtf8) {
  if (wtf8.size() < kSurrogateBytes) return false;
  const std::string_view tail = wtf8.substr(wtf8.size() - kSurrogateBytes);
  const auto second = static_cast<unsigned char>(tail[1]);
  return tail[0] == '\xED' && second >= 0xA0 && second <= 0xAF;
}

}  // namespace

void GrowingValue::Begin(size_t at) {
  builder_.Clear();
  state_ = State::kValue;
  at_ = comment_read_ = at;
  token_ = {};
  structured_ = false;
  strict_ = true;
}

GrowingValue::Progress GrowingValue::Read(std::string_view text) {
  text_ = text;
  for (;;) {
    switch (Next()) {
      case Step::kGoesOn:
        if (builder_.depth() == 0) return Progress::kComplete;
        break;
      case Step::kWaits:
        return Progress::kWaits;
      case Step::kStops:
        return Progress::kStopped;
    }
  }
}

GrowingValue::Step GrowingValue::Next() {
  if (state_ == State::kString || (state_ == State::kName && !token_.bare)) return ReadString();
  if (state_ == State::kName) return ReadBareName();
  if (state_ == State::kWord) return ReadWord();
  const Step blank = SkipBlank();
  return blank == Step::kGoesOn ? AtToken() : blank;
}

// At a byte that is no white space.
GrowingValue::Step GrowingValue::AtToken() {
  const char c = text_[at_];
  switch (state_) {
    case State::kFirstElement:
      return AtElement(c, /*behind_comma=*/false);
    case State::kElement:
      return AtElement(c, /*behind_comma=*/true);
    case State::kFirstMember:
      return AtMember(c, /*behind_comma=*/false);
    case State::kMember:
      return AtMember(c, /*behind_comma=*/true);
    case State::kColon:
      return AtColon(c);
    case State::kValue:
      return AtValue(c);
    default:
      return AtEndOfValue(c);
  }
}

GrowingValue::Step GrowingValue::AtElement(char c, bool behind_comma) {
  if (c != ']') return AtValue(c);
  strict_ = strict_ && !behind_comma;
  Close();
  return Step::kGoesOn;
}

GrowingValue::Step GrowingValue::AtMember(char c, bool behind_comma) {
  if (c == '"' || c == '\'') {
    BeginString(State::kName, c);
    return Step::kGoesOn;
  }
  if (c == '}') {
    strict_ = strict_ && !behind_comma;
    Close();
    return Step::kGoesOn;
  }
  state_ = State::kName;
  token_ = {.kind = Token::Kind::kString, .bare = true, .begin = at_};
  return Step::kGoesOn;
}

// A name that the object has already is none that can be told on.
GrowingValue::Step GrowingValue::AtColon(char c) {
  const std::string_view name = TextOf(token_);
  if (c != ':' || builder_.FindMember(name) != nullptr) return Step::kStops;
  builder_.Key(name);
  token_ = {};
  ++at_;
  structured_ = true;
  state_ = State::kValue;
  return Step::kGoesOn;
}

GrowingValue::Step GrowingValue::AtValue(char c) {
  switch (c) {
    case '{':
    case '[':
      return Open(c);
    case '"':
    case '\'':
      BeginString(State::kString, c);
      return Step::kGoesOn;
    default:
      state_ = State::kWord;
      token_ = {.begin = at_};
      return Step::kGoesOn;
  }
}

GrowingValue::Step GrowingValue::Open(char c) {
  if (builder_.depth() == kMaxDepth) return Step::kStops;
  ++at_;
  if (c == '{') {
    builder_.BeginObject();
    state_ = State::kFirstMember;
  } else {
    builder_.BeginArray();
    state_ = State::kFirstElement;
  }
  return Step::kGoesOn;
}

void GrowingValue::Close() {
  ++at_;
  builder_.in_object() ? builder_.EndObject() : builder_.EndArray();
  state_ = State::kAfterValue;
}

GrowingValue::Step GrowingValue::AtEndOfValue(char c) {
  const bool object = builder_.in_object();
  if (c == ',') {
    AddToken();
    ++at_;
    state_ = object ? State::kMember : State::kElement;
    return Step::kGoesOn;
  }
  if (c != (object ? '}' : ']')) return Step::kStops;
  AddToken();
  Close();
  return Step::kGoesOn;
}

void GrowingValue::BeginString(State state, char quote) {
  ++at_;
  quote_ = quote;
  strict_ = strict_ && quote == '"';
  token_ = {.kind = Token::Kind::kString, .begin = at_};
  state_ = state;
}

GrowingValue::Step GrowingValue::ReadString() {
  for (;;) {
    SkipPlainText();
    if (at_ == text_.size()) return Step::kWaits;
    const char c = text_[at_];
    if (c == '"' && quote_ == '"') break;
    const size_t before = at_;
    const bool single = c == '\'' && quote_ == '\'';
    const Step step = single ? EndsString() : ReadCharacter(c);
    if (step != Step::kGoesOn) return step;
    if (single && at_ == before) break;
  }
  if (token_.copied) CopyRun();
  token_.end = at_++;
  state_ = state_ == State::kName ? State::kColon : State::kAfterValue;
  return Step::kGoesOn;
}

void GrowingValue::SkipPlainText() {
  if (quote_ == '"') {
    at_ = SkipPlain(text_, at_);
    return;
  }
  const auto plain = [this](char c) {
    return c != quote_ && kPlain[static_cast<unsigned char>(c)];
  };
  while (at_ < text_.size() && plain(text_[at_])) ++at_;
}

// At one that needs a second look.
GrowingValue::Step GrowingValue::ReadCharacter(char c) {
  if (c == '\\') return ReadEscape();
  if (static_cast<unsigned char>(c) < 0x80) {
    strict_ = strict_ && static_cast<unsigned char>(c) >= 0x20;
    ++at_;
    return Step::kGoesOn;
  }
  const size_t size = DecodeUtf8(text_.substr(at_)).size;
  at_ += size;
  if (size > 0) return Step::kGoesOn;
  return IsCutCodePoint(text_.substr(at_)) ? Step::kWaits : Step::kStops;
}

// As for StringReader: it ends the string if what can follow a value stands behind it.
GrowingValue::Step GrowingValue::EndsString() {
  if (at_ != last_quote_) {
    last_quote_ = at_;
    quote_behind_ = at_ + 1;
  }
  size_t& next = quote_behind_;
  while (next < text_.size() && IsSpace(text_[next]) && text_[next] != '\n') ++next;
  const std::string_view rest = text_.substr(next, 2);
  if (rest.empty() || rest == "/") return Step::kWaits;
  constexpr std::string_view kFollowers = "\n,:=}]#";
  if (kFollowers.find(rest[0]) != std::string_view::npos) return Step::kGoesOn;
  if (rest == "//" || rest == "/*") return Step::kGoesOn;
  // Three of them are a mark of their own, and so is a fence; unusual white space may follow, too.
  const bool doubled = at_ == token_.begin && rest[0] == '\'';
  if (doubled || rest[0] == '`' || static_cast<unsigned char>(rest[0]) >= 0x80) return Step::kStops;
  ++at_;
  return Step::kGoesOn;
}

// At a backslash.
GrowingValue::Step GrowingValue::ReadEscape() {
  const std::string_view escape = text_.substr(at_, kUnicodeEscapeBytes);
  if (escape.size() < 2) return Step::kWaits;
  if (!token_.copied) {
    buffer_.clear();
    run_ = token_.begin;
    token_.copied = true;
  }
  CopyRun();
  const char c = escape[1] == '\'' ? '\'' : SimpleEscape(escape[1]);
  strict_ = strict_ && escape[1] != '\'';
  if (c != '\0') {
    buffer_ += c;
    at_ += 2;
  } else {
    const HexDigits hex = ReadHex(escape.substr(2), 4);
    if (escape[1] != 'u' || 2 + hex.size < escape.size()) return Step::kStops;
    if (hex.size < 4) return Step::kWaits;
    AppendUtf16Unit(hex.value, buffer_);
    at_ += kUnicodeEscapeBytes;
  }
  run_ = at_;
  return Step::kGoesOn;
}

void GrowingValue::CopyRun() {
  buffer_.append(text_, run_, at_ - run_);
  run_ = at_;
}

// A number, a literal or nothing that is known.
GrowingValue::Step GrowingValue::ReadWord() {
  at_ += WordAt(text_, at_).size();
  const std::string_view rest = text_.substr(at_);
  if (rest.empty() || IsCutCodePoint(rest)) return Step::kWaits;
  token_.end = at_;
  state_ = State::kAfterValue;
  return TakeWord(TextOf(token_)) ? Step::kGoesOn : Step::kStops;
}

GrowingValue::Step GrowingValue::ReadBareName() {
  at_ += WordAt(text_, at_).size();
  const std::string_view rest = text_.substr(at_);
  if (rest.empty() || IsCutCodePoint(rest)) return Step::kWaits;
  token_.end = at_;
  strict_ = false;
  state_ = State::kColon;
  return token_.end > token_.begin ? Step::kGoesOn : Step::kStops;
}

bool GrowingValue::TakeWord(std::string_view word) {
  if (std::optional<DamagedNumber> number = ReadNumber(word)) {
    token_.kind = Token::Kind::kNumber;
    token_.copied = !number->text.empty();
    strict_ = strict_ && !token_.copied;
    if (token_.copied) buffer_ = std::move(number->text);
    return number->lossless;
  }
  const std::optional<DamagedLiteral> literal = ReadLiteral(word);
  if (!literal.has_value() || !literal->lossless) return false;
  strict_ = strict_ && literal->text == word;
  token_.kind = literal->text == "true" ? Token::Kind::kTrue : Token::Kind::kFalse;
  if (literal->text == "null") token_.kind = Token::Kind::kNull;
  return true;
}

void GrowingValue::AddToken() {
  switch (token_.kind) {
    case Token::Kind::kNone:
      break;
    case Token::Kind::kString:
      builder_.String(TextOf(token_));
      break;
    case Token::Kind::kNumber:
      builder_.Number(TextOf(token_));
      break;
    case Token::Kind::kTrue:
    case Token::Kind::kFalse:
      builder_.Boolean(token_.kind == Token::Kind::kTrue);
      break;
    case Token::Kind::kNull:
      builder_.Null();
      break;
  }
  token_ = {};
}

// To the next byte that is neither white space nor part of a comment.
GrowingValue::Step GrowingValue::SkipBlank() {
  for (;;) {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
    if (at_ == text_.size()) return Step::kWaits;
    if (text_[at_] != '/' && text_[at_] != '#') return Step::kGoesOn;
    if (const Step step = SkipComment(); step != Step::kGoesOn) return step;
  }
}

GrowingValue::Step GrowingValue::SkipComment() {
  const std::string_view mark = text_.substr(at_, text_[at_] == '#' ? 1 : 2);
  if (mark == "/") return Step::kWaits;
  const bool block = mark == "/*";
  if (!block && mark != "//" && mark != "#") return Step::kStops;
  strict_ = false;
  const size_t from = std::max(comment_read_, at_ + mark.size());
  const size_t end = block ? text_.find("*/", from) : text_.find_first_of("\r\n", from);
  if (end == std::string_view::npos) {
    comment_read_ = std::max(from, text_.size() - 1);
    return Step::kWaits;
  }
  at_ = block ? end + 2 : end;
  return Step::kGoesOn;
}

std::string_view GrowingValue::TextOf(const Token& token) const {
  if (token.copied) return buffer_;
  return text_.substr(token.begin, token.end - token.begin);
}

std::optional<std::string_view> GrowingValue::OpenString(std::string_view text) {
  text_ = text;
  if (state_ == State::kAfterValue && token_.kind == Token::Kind::kString) return TextOf(token_);
  if (state_ != State::kString) return std::nullopt;
  if (!token_.copied) return text_.substr(token_.begin, at_ - token_.begin);
  CopyRun();
  // The second half of a pair may still come, and would change the first.
  const size_t kept = buffer_.size() - (EndsInHighSurrogate(buffer_) ? kSurrogateBytes : 0);
  return std::string_view(buffer_).substr(0, kept);
}

}  // namespace extractd::json
