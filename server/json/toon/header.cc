#include "server/json/toon/header.h"

#include <charconv>
#include <limits>
#include <utility>

#include "server/json/lexical.h"
#include "server/json/parse.h"
#include "server/json/toon/scalar.h"

namespace extractd::json::toon {
namespace {

constexpr std::string_view kDelimiters = ",\t|";

class HeaderReader {
 public:
  HeaderReader(std::string_view content, bool lenient) : rest_(content), lenient_(lenient) {}

  // Null and no error(): the line is something else.
  std::optional<Header> Read() {
    const size_t bracket = FindUnquoted(rest_, "[:");
    if (bracket >= rest_.size() || rest_[bracket] == ':') return std::nullopt;
    if (!ReadKey(rest_.substr(0, bracket))) return std::nullopt;
    const bool has_colon = FindUnquoted(rest_, ":") < rest_.size();
    rest_.remove_prefix(bracket + 1);
    const bool read = ReadLength() && ReadFields() && ReadEnd();
    if (!read && !has_colon) error_ = {};
    return read ? std::optional(std::move(header_)) : std::nullopt;
  }

  std::string_view error() const { return error_; }

 private:
  bool Fail(std::string_view error) {
    error_ = error;
    return false;
  }

  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // False: this is no key of a header.
  bool ReadKey(std::string_view text) {
    if (text.empty()) return true;
    std::string buffer;
    if (const auto quoted = Unquote(text, buffer)) {
      header_.key = std::string(*quoted);
      return true;
    }
    if (!IsBareKey(text) && (!lenient_ || text.front() == '"' || text.ends_with(' '))) return false;
    header_.key = std::string(text);
    return true;
  }

  bool ReadLength() {
    size_t digits = 0;
    while (digits < rest_.size() && IsDigit(rest_[digits])) ++digits;
    if (digits == 0 || (digits > 1 && rest_.front() == '0')) {
      return Fail("the brackets of a header hold a length without leading zeros");
    }
    const char* const end = rest_.data() + digits;
    if (std::from_chars(rest_.data(), end, header_.length).ec != std::errc()) {
      header_.length = std::numeric_limits<size_t>::max();
    }
    rest_.remove_prefix(digits);
    header_.keyed = Take(':');
    if (rest_.starts_with('\t') || rest_.starts_with('|')) {
      header_.delimiter = rest_.front();
      rest_.remove_prefix(1);
    }
    if (!Take(']'))
      return Fail("the length of a header is followed by nothing but : and the delimiter");
    return true;
  }

  bool ReadFields() {
    if (!Take('{')) {
      if (header_.keyed) return Fail("a header with the mark of keys names its fields");
      return true;
    }
    return ReadGroup(header_.fields, /*depth=*/1);
  }

  // The fields behind an opening brace, and the closing one.
  bool ReadGroup(std::vector<Field>& fields, size_t depth) {
    if (depth > kMaxDepth) return Fail("the fields of a header are nested deeper than 128 levels");
    while (true) {
      Field& field = fields.emplace_back();
      if (!ReadName(field)) return false;
      if (!Take('{')) {
        ++header_.columns;
      } else if (!ReadGroup(field.fields, depth + 1)) {
        return false;
      }
      if (Take('}')) return true;
      if (!TakeDelimiter()) {
        return Fail("the fields of a header are cut by its delimiter and closed by a brace");
      }
    }
  }

  bool ReadName(Field& field) {
    const size_t size = FindUnquoted(rest_, lenient_ ? "{},\t|" : NameEnds());
    const std::string_view name = TrimSpaces(rest_.substr(0, size));
    std::string buffer;
    if (const auto quoted = Unquote(name, buffer)) {
      field.name = std::string(*quoted);
    } else if (IsBareKey(name) || (lenient_ && !name.empty() && name.front() != '"')) {
      field.name = std::string(name);
    } else {
      return Fail("a field of a header is no name");
    }
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view NameEnds() const {
    switch (header_.delimiter) {
      case '\t':
        return "{}\t";
      case '|':
        return "{}|";
      default:
        return "{},";
    }
  }

  bool TakeDelimiter() {
    if (!lenient_) return Take(header_.delimiter);
    const bool found = !rest_.empty() && kDelimiters.find(rest_.front()) != std::string_view::npos;
    if (found) rest_.remove_prefix(1);
    return found;
  }

  bool ReadEnd() {
    if (!Take(':')) return Fail("a header has a colon behind its brackets and fields");
    header_.rest = TrimSpaces(rest_);
    if (header_.fields.empty() || header_.rest.empty()) return true;
    return Fail("a header with fields has nothing behind its colon");
  }

  std::string_view rest_;
  bool lenient_;
  Header header_;
  std::string_view error_;
};

}  // namespace

HeaderReading ReadHeader(std::string_view content, bool lenient) {
  HeaderReader reader(content, lenient);
  std::optional<Header> header = reader.Read();
  return {.header = std::move(header), .error = reader.error()};
}

}  // namespace extractd::json::toon
