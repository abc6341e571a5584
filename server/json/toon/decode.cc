// The single keys and values of a document, and what becomes of what is wrong with it.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/lexical.h"
#include "server/json/parse.h"
#include "server/json/toon/decoder.h"
#include "server/json/toon/scalar.h"
#include "server/json/toon/toon.h"
#include "server/json/write.h"

namespace extractd::json::toon {
namespace {

// JSON, and the arithmetic on its numbers, could not hold a longer exponent.
bool HasReadableExponent(std::string_view number) {
  const size_t exponent = number.find_first_of("eE");
  if (exponent == std::string_view::npos) return true;
  const size_t digits = number.find_first_not_of("+-", exponent + 1);
  return number.size() - digits <= kMaxExponentDigits;
}

}  // namespace

bool Decoder::ReadKey(Token key, Duplicate& duplicate) {
  if (!key.text.starts_with('"')) return PutKey(key.text, key.line, duplicate);
  std::string buffer;
  const auto unquoted = Unquote(key.text, buffer);
  if (!unquoted.has_value()) {
    return Fail(
        key.line, "a key in quotes is not closed, goes on behind them or has a wrong escape"
    );
  }
  return PutKey(out_.CopyText(*unquoted), key.line, duplicate);
}

// `key` lives as long as the document.
bool Decoder::PutKey(std::string_view key, size_t line, Duplicate& duplicate) {
  Value* const known = out_.FindMember(key);
  if (known == nullptr) {
    out_.KeySlice(key);
  } else {
    if (options_.strict) return Fail(line, "an object has two members of the same name");
    duplicate = {.is = true, .earlier = *known, .member = known};
    out_.ReplaceMember(*known);
  }
  log_.place().Member(key);
  return true;
}

void Decoder::EndDuplicate(const Duplicate& duplicate) {
  if (!duplicate.is) return;
  log_.AddToChild(
      repair_kind::kDuplicateKey,
      {.before = ToShortText(duplicate.earlier, kMaxRepairTextBytes),
       .after = ToShortText(*duplicate.member, kMaxRepairTextBytes),
       .lossless = Equal(duplicate.earlier, *duplicate.member)}
  );
}

// A scalar, or an array without elements.
bool Decoder::ReadValue(Token token) {
  if (token.text != "[]") return ReadScalar(token);
  if (!BeginArray(token.line)) return false;
  EndArray();
  return true;
}

bool Decoder::PutEmptyObject(size_t line) {
  if (!BeginObject(line)) return false;
  EndObject();
  return true;
}

bool Decoder::ReadScalar(Token token) {
  const std::string_view text = token.text;
  if (text.starts_with('"')) {
    std::string buffer;
    const auto unquoted = Unquote(text, buffer);
    if (!unquoted.has_value()) {
      return Fail(
          token.line, "a string in quotes is not closed, goes on behind them or has a wrong escape"
      );
    }
    out_.StringSlice(unquoted->data() == buffer.data() ? out_.CopyText(*unquoted) : *unquoted);
  } else if (text == "true" || text == "false") {
    out_.Boolean(text == "true");
  } else if (text == "null") {
    out_.Null();
  } else if (IsNumber(text) && HasReadableExponent(text)) {
    out_.NumberSlice(text);
  } else {
    out_.StringSlice(text);
  }
  return true;
}

bool Decoder::BeginObject(size_t line) {
  if (out_.depth() >= kMaxDepth) return Fail(line, "it is nested deeper than 128 levels");
  out_.BeginObject();
  log_.place().EnterObject();
  return true;
}

bool Decoder::BeginArray(size_t line) {
  if (out_.depth() >= kMaxDepth) return Fail(line, "it is nested deeper than 128 levels");
  out_.BeginArray();
  log_.place().EnterArray();
  return true;
}

void Decoder::EndObject() {
  log_.place().Leave();
  out_.EndObject();
}

void Decoder::EndArray() {
  log_.place().Leave();
  out_.EndArray();
}

bool Decoder::Mend(
    std::string_view kind, RepairLog::Change change, Token at, std::string_view error
) {
  if (options_.strict) return Fail(at.line, error);
  log_.AddToChild(kind, std::move(change));
  return !log_.overflows() || Fail(at.line, "more than 1000 changes would make it TOON");
}

// Of a list that `opened` does not declare. REQUIRES: lenient.
bool Decoder::MendHeader(const Item& opened) {
  const Token at = {opened.content, opened.line};
  return Mend(repair_kind::kToonHeader, {.before = RepairText(opened.content)}, at, {});
}

bool Decoder::MendLayout(Token at, std::string_view error) {
  if (options_.strict) return Fail(at.line, error);
  if (std::exchange(layout_mended_, true)) return true;
  return Mend(repair_kind::kToonLayout, {.before = RepairText(at.text)}, at, error);
}

bool Decoder::MendLength(size_t declared, size_t found, size_t line) {
  if (declared == found) return true;
  const RepairLog::Change change = {
      .before = fmt::format("[{}]", declared),
      .after = fmt::format("[{}]", found),
      .lossless = found > declared,
  };
  const std::string error =
      fmt::format("the header declares {} entries, there are {}", declared, found);
  return Mend(repair_kind::kToonLength, change, {{}, line}, error);
}

bool Decoder::Drop(Token dropped, std::string_view error) {
  const RepairLog::Change change = {.before = RepairText(dropped.text), .lossless = false};
  return Mend(repair_kind::kToonLine, change, dropped, error);
}

bool Decoder::Fail(size_t line, std::string_view error) {
  error_ = {.line = line, .message = std::string(error)};
  return false;
}

DecodeResult Decode(std::string_view text, const DecodeOptions& options) {
  if (text.size() > kMaxTextBytes) return DecodeError{.message = "the text is longer than 1 GiB"};
  Builder builder;
  const bool broken = !IsValidUtf8(text);
  if (broken && options.strict) return DecodeError{.message = "the text is not UTF-8"};
  if (broken) text = builder.KeepText(ReplaceInvalidUtf8(text));
  Decoder decoder(text, options, builder);
  if (broken) {
    decoder.log().AddToChild(
        repair_kind::kInvalidUtf8, {.after = "\xEF\xBF\xBD", .lossless = false}
    );
  }
  if (!decoder.Read()) return decoder.error();
  return Decoded{.document = builder.Finish(), .repairs = decoder.log().Take()};
}

}  // namespace extractd::json::toon
