// TextWriter: writes JSON text from left to right and puts the commas where they belong.
//
//   TextWriter out;
//   out.BeginObject().Member("model", name).Key("stop").BeginArray().String("END").EndArray();
//   out.EndObject();
//   std::string text = std::move(out).Take();
#ifndef EXTRACTD_SERVER_JSON_TEXT_WRITER_H_
#define EXTRACTD_SERVER_JSON_TEXT_WRITER_H_

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace extractd::json {

template <class T>
concept AnyNumber = (std::integral<T> || std::floating_point<T>) && !std::same_as<T, bool>;

// Whether members and elements fit together is the caller's business.
class TextWriter {
 public:
  TextWriter() = default;
  explicit TextWriter(size_t expected_bytes) { out_.reserve(expected_bytes); }

  TextWriter& BeginObject() { return Open('{'); }
  TextWriter& EndObject() { return Close('}'); }
  TextWriter& BeginArray() { return Open('['); }
  TextWriter& EndArray() { return Close(']'); }

  TextWriter& Key(std::string_view key);
  // A string of UTF-8, written escaped.
  TextWriter& String(std::string_view text);
  TextWriter& Boolean(bool value) { return Raw(value ? "true" : "false"); }
  template <AnyNumber T>
  TextWriter& Number(T value) {
    return Raw(NumberText(value));
  }
  // One JSON value, spliced in as it is.
  TextWriter& Raw(std::string_view json);

  TextWriter& Member(std::string_view key, std::string_view text) { return Key(key).String(text); }
  TextWriter& Member(std::string_view key, const char* text) { return Key(key).String(text); }
  TextWriter& Member(std::string_view key, bool value) { return Key(key).Boolean(value); }
  template <AnyNumber T>
  TextWriter& Member(std::string_view key, T value) {
    return Key(key).Number(value);
  }
  TextWriter& RawMember(std::string_view key, std::string_view json) { return Key(key).Raw(json); }

  std::string Take() && { return std::move(out_); }
  const std::string& text() const { return out_; }

 private:
  static std::string NumberText(long long value);
  static std::string NumberText(unsigned long long value);
  static std::string NumberText(double value);
  template <std::signed_integral T>
  static std::string NumberText(T value) {
    return NumberText(static_cast<long long>(value));
  }
  template <std::unsigned_integral T>
  static std::string NumberText(T value) {
    return NumberText(static_cast<unsigned long long>(value));
  }

  // A comma is needed before what comes next.
  bool IsAfterValue() const;
  void Separate();
  TextWriter& Open(char bracket);
  TextWriter& Close(char bracket) {
    out_ += bracket;
    return *this;
  }

  std::string out_;
};

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TEXT_WRITER_H_
