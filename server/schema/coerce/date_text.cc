#include "server/schema/coerce/date_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "server/json/lexical.h"
#include "server/schema/coerce/words.h"

namespace extractd::schema {
namespace {

using json::IsDigit;

constexpr size_t kMaxDateBytes = 60;
constexpr size_t kDateSize = std::string_view("2024-03-05").size();

// English, then German where it differs.
constexpr std::array<std::array<std::string_view, 4>, 12> kMonths = {{
    {"january", "jan", "januar", "jänner"},
    {"february", "feb", "februar", ""},
    {"march", "mar", "märz", ""},
    {"april", "apr", "", ""},
    {"may", "mai", "", ""},
    {"june", "jun", "juni", ""},
    {"july", "jul", "juli", ""},
    {"august", "aug", "", ""},
    {"september", "sep", "sept", ""},
    {"october", "oct", "oktober", "okt"},
    {"november", "nov", "", ""},
    {"december", "dec", "dezember", "dez"},
}};

int MonthOf(std::string_view folded) {
  for (size_t month = 0; month < kMonths.size(); ++month) {
    const auto& names = kMonths[month];
    if (!folded.empty() && std::ranges::find(names, folded) != names.end()) {
      return static_cast<int>(month) + 1;
    }
  }
  return 0;
}

// A run of digits or of letters; `mark` is the byte behind it.
struct Piece {
  std::string text = {};
  bool digits = false;
  char mark = '\0';
};

std::vector<Piece> Split(std::string_view text) {
  std::vector<Piece> pieces;
  for (size_t at = 0; at < text.size();) {
    const auto letter = [&](size_t i) {
      return json::IsLetter(text[i]) || static_cast<unsigned char>(text[i]) >= 0x80;
    };
    const bool digits = IsDigit(text[at]);
    if (!digits && !letter(at)) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && (digits ? IsDigit(text[end]) : letter(end))) ++end;
    pieces.push_back({
        .text = std::string(text.substr(at, end - at)),
        .digits = digits,
        .mark = end < text.size() ? text[end] : '\0',
    });
    at = end;
  }
  return pieces;
}

int ToInt(const std::string& digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

std::optional<std::string> DateOf(const std::string& year, int month, const std::string& day) {
  if (year.size() != 4 || day.empty() || day.size() > 2 || month < 1) return std::nullopt;
  std::string date = fmt::format("{}-{:02}-{:02}", year, month, ToInt(day));
  if (!Conforms(Format::kDate, date)) return std::nullopt;
  return date;
}

bool IsOrdinal(const std::string& word) {
  return word == "st" || word == "nd" || word == "rd" || word == "th";
}

// "5 March 2024", "March 5th, 2024", "5. März 2024".
std::optional<std::string> DateWithMonthName(const std::vector<Piece>& pieces) {
  int month = 0;
  std::vector<std::string> numbers;
  for (const Piece& piece : pieces) {
    const std::string folded = FoldCase(piece.text);
    if (piece.digits) {
      numbers.push_back(piece.text);
    } else if (const int named = MonthOf(folded); named > 0 && month == 0) {
      month = named;
    } else if (!IsOrdinal(folded) && folded != "of") {
      return std::nullopt;
    }
  }
  if (numbers.size() != 2) return std::nullopt;
  const bool year_first = numbers[0].size() == 4;
  return DateOf(numbers[year_first ? 0 : 1], month, numbers[year_first ? 1 : 0]);
}

// Three numbers with one mark between them.
std::optional<std::string> DateOfNumbers(const std::vector<Piece>& pieces) {
  if (pieces.size() != 3 || pieces[0].mark != pieces[1].mark) return std::nullopt;
  if (!std::ranges::all_of(pieces, &Piece::digits)) return std::nullopt;
  const std::string& first = pieces[0].text;
  const std::string& second = pieces[1].text;
  const std::string& third = pieces[2].text;
  if (second.size() > 2) return std::nullopt;
  if (first.size() == 4) return DateOf(first, ToInt(second), third);
  if (first.size() > 2) return std::nullopt;
  if (pieces[0].mark == '.') return DateOf(third, ToInt(second), first);
  // Day and month in either order: sure only where one cannot be the month.
  const int left = ToInt(first);
  const int right = ToInt(second);
  if (left > 12 || left == right) return DateOf(third, right, first);
  if (right > 12) return DateOf(third, left, second);
  return std::nullopt;
}

std::optional<TextDate> ToDate(std::string_view text) {
  if (text.size() == 8 && std::ranges::all_of(text, IsDigit)) {
    const std::string date =
        fmt::format("{}-{}-{}", text.substr(0, 4), text.substr(4, 2), text.substr(6));
    if (Conforms(Format::kDate, date)) return TextDate{.text = date};
    return std::nullopt;
  }
  // The date of a date-time.
  const std::string_view date = text.substr(0, kDateSize);
  if (text.size() > kDateSize && Conforms(Format::kDate, date)) {
    const std::string_view time = TrimSpaces(text.substr(kDateSize));
    const bool marked = text[kDateSize] == 'T' || text[kDateSize] == ' ';
    const std::string_view clock = time.starts_with('T') ? time.substr(1) : time;
    if (!marked || clock.size() < 5 || !IsDigit(clock[0]) || clock[2] != ':') return std::nullopt;
    const bool midnight = time.find_first_of("123456789") == std::string_view::npos;
    return TextDate{.text = std::string(date), .lossless = midnight};
  }
  const std::vector<Piece> pieces = Split(text);
  std::optional<std::string> read = DateOfNumbers(pieces);
  if (!read.has_value()) read = DateWithMonthName(pieces);
  if (!read.has_value()) return std::nullopt;
  return TextDate{.text = *read};
}

std::optional<TextDate> ToDateTime(std::string_view text) {
  if (text.size() <= kDateSize) return std::nullopt;
  std::string time(text);
  if (time[kDateSize] == ' ' || time[kDateSize] == 't') time[kDateSize] = 'T';
  if (time.back() == 'z') time.back() = 'Z';
  if (time.ends_with(" Z") || time.ends_with(" UTC") || time.ends_with(" GMT")) {
    time.resize(time.rfind(' '));
    time += 'Z';
  }
  const size_t sign = time.find_last_of("+-");
  if (sign != std::string::npos && sign > kDateSize) {
    const std::string offset = time.substr(sign + 1);
    const bool digits = std::ranges::all_of(offset, IsDigit);
    if (digits && offset.size() == 4) time.insert(sign + 3, ":");
    if (digits && offset.size() == 2) time += ":00";
    if (time[sign - 1] == ' ') time.erase(sign - 1, 1);
  }
  if (!Conforms(Format::kDateTime, time)) return std::nullopt;
  return TextDate{.text = time};
}

}  // namespace

std::optional<TextDate> ToDateFormat(Format format, std::string_view text) {
  text = TrimSpaces(text);
  if (text.empty() || text.size() > kMaxDateBytes) return std::nullopt;
  if (Conforms(format, text)) return TextDate{.text = std::string(text)};
  if (format == Format::kDate) return ToDate(text);
  if (format == Format::kDateTime) return ToDateTime(text);
  return std::nullopt;
}

}  // namespace extractd::schema
