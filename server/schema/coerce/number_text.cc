#include "server/schema/coerce/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

#include "server/base/utf8.h"
#include "server/json/decimal.h"
#include "server/json/lexical.h"
#include "server/json/tolerant/damaged_scalar.h"
#include "server/schema/coerce/words.h"

namespace extractd::schema {
namespace {

using json::IsDigit;
using json::IsLetter;

// `number` times ten to the power of `power`, by moving its point. REQUIRES: no exponent.
std::string Shift(std::string_view number, int power) {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const size_t point = std::min(number.find('.'), number.size());
  std::string digits(number.substr(0, point));
  if (point < number.size()) digits += number.substr(point + 1);
  auto whole = static_cast<std::ptrdiff_t>(point) + power;
  if (whole <= 0) {
    digits.insert(0, static_cast<size_t>(1 - whole), '0');
    whole = 1;
  }
  const auto size = static_cast<size_t>(whole);
  if (digits.size() < size) digits.append(size - digits.size(), '0');
  std::string fraction = digits.substr(size);
  digits.resize(size);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  fraction.resize(fraction.find_last_not_of('0') + 1);
  return (negative ? "-" : "") + digits + (fraction.empty() ? "" : "." + fraction);
}

// A run of digits with marks between them.
struct Figure {
  size_t begin = 0;
  size_t end = 0;
  std::vector<std::string> groups = {};  // digits between marks
  std::vector<char> marks = {};          // ',' '.' or '\'' for every other mark of thousands
};

// Size of the mark at `at`, and its kind; 0 if there is none.
std::pair<size_t, char> MarkAt(std::string_view text, size_t at) {
  if (at >= text.size()) return {0, '\0'};
  const char c = text[at];
  if (c == ',' || c == '.') return {1, c};
  if (c == '\'' || c == '_') return {1, '\''};
  const CodePoint point = DecodeUtf8(text.substr(at));
  constexpr std::u32string_view kOthers = U"\u2019\u00A0\u202F\u2009";
  return kOthers.find(point.value) == std::u32string_view::npos ? std::pair<size_t, char>{0, '\0'}
                                                                : std::pair(point.size, '\'');
}

Figure ReadFigure(std::string_view text, size_t at) {
  Figure figure = {.begin = at};
  for (;;) {
    size_t end = at;
    while (end < text.size() && IsDigit(text[end])) ++end;
    figure.groups.emplace_back(text.substr(at, end - at));
    figure.end = end;
    const auto [size, mark] = MarkAt(text, end);
    const bool goes_on = size > 0 && end + size < text.size() && IsDigit(text[end + size]);
    if (!goes_on) return figure;
    figure.marks.push_back(mark);
    at = end + size;
  }
}

// Groups [first, last) behind the first are of three digits, as thousands are.
bool AreThousands(const Figure& figure, size_t last) {
  const bool first = figure.groups[0].size() <= 3 && figure.groups[0] != "0";
  return first && std::all_of(
                      figure.groups.begin() + 1,
                      figure.groups.begin() + static_cast<std::ptrdiff_t>(last),
                      [](const std::string& group) { return group.size() == 3; }
                  );
}

std::string Join(const Figure& figure, size_t last, std::string_view fraction) {
  std::string number;
  for (size_t i = 0; i < last; ++i) number += figure.groups[i];
  number.erase(0, std::min(number.find_first_not_of('0'), number.size() - 1));
  if (!fraction.empty()) number += "." + std::string(fraction);
  return number;
}

// Of two groups with one comma or point between them.
std::optional<std::string> InterpretLoneMark(const Figure& figure, const NumberWanted& wanted) {
  const bool comma = figure.marks[0] == ',';
  const bool thousands = AreThousands(figure, figure.groups.size());
  // 1,234 is a thousand where an integer is wanted, 1.234 a fraction where none is.
  if (thousands && comma != wanted.integer) return std::nullopt;
  return thousands && comma ? Join(figure, 2, {}) : Join(figure, 1, figure.groups[1]);
}

// What the digits mean, if it is sure.
std::optional<std::string> Interpret(const Figure& figure, const NumberWanted& wanted) {
  const size_t count = figure.marks.size();
  const size_t groups = figure.groups.size();
  if (count == 0) return Join(figure, 1, {});
  const char last = figure.marks.back();
  const bool uniform = std::ranges::count(figure.marks, last) == std::ptrdiff_t(count);
  if (uniform && (count > 1 || last == '\'')) {
    return AreThousands(figure, groups) ? std::optional(Join(figure, groups, {})) : std::nullopt;
  }
  if (!uniform) {
    // Thousands by one mark, then one decimal mark.
    const char first = figure.marks[0];
    const bool ordered = std::ranges::count(figure.marks, first) == std::ptrdiff_t(count) - 1;
    if (!ordered || last == '\'' || !AreThousands(figure, groups - 1)) return std::nullopt;
    return Join(figure, groups - 1, figure.groups.back());
  }
  return InterpretLoneMark(figure, wanted);
}

struct Multiplier {
  std::string_view word;
  int power;
};
constexpr std::array<Multiplier, 20> kMultipliers = {{
    {"k", 3},        {"K", 3},         {"thousand", 3},   {"tsd", 3},       {"tausend", 3},
    {"M", 6},        {"mn", 6},        {"mm", 6},         {"mio", 6},       {"million", 6},
    {"millions", 6}, {"millionen", 6}, {"bn", 9},         {"mrd", 9},       {"billion", 9},
    {"billions", 9}, {"milliarde", 9}, {"milliarden", 9}, {"trillion", 12}, {"trillions", 12},
}};

std::optional<int> PowerOf(std::string_view word) {
  const std::string folded = word.size() > 1 ? FoldCase(word) : std::string(word);
  for (const Multiplier& multiplier : kMultipliers) {
    if (multiplier.word == folded) return multiplier.power;
  }
  return std::nullopt;
}

// Words that make a number another one, or none.
bool Qualifies(std::string_view text) {
  constexpr std::string_view kWords[] = {
      "not",   "no",      "never",  "about",  "approximately", "approx",  "around",  "roughly",
      "circa", "ca",      "almost", "nearly", "least",         "most",    "than",    "under",
      "over",  "between", "up",     "half",   "dozen",         "hundred", "minimum", "maximum",
      "per",   "out",     "of",     "minus",  "plus",          "times",   "unknown", "without"
  };
  if (text.find_first_of("~<>=+*/^") != std::string_view::npos) return true;
  for (const std::string_view mark : {"≤", "≥", "≈", "±", "n't"}) {
    if (text.find(mark) != std::string_view::npos) return true;
  }
  const std::string folded = FoldCase(text);
  return std::ranges::any_of(kWords, [&](std::string_view word) {
    return FindWord(folded, word).found;
  });
}

// The one figure of a text with what stands around it.
class NumberText {
 public:
  NumberText(std::string_view text, const NumberWanted& wanted) : text_(text), wanted_(wanted) {}

  std::optional<TextNumber> Read() {
    if (!FindFigure()) return std::nullopt;
    std::optional<std::string> number = Interpret(figure_, wanted_);
    if (!number.has_value()) return std::nullopt;
    if (negative_) *number = "-" + *number;
    std::string_view before = TrimSpaces(text_.substr(0, begin_));
    std::string_view after = TrimSpaces(text_.substr(figure_.end));
    while (after.ends_with('.') || after.ends_with('!')) after.remove_suffix(1);
    bool lossless = true;
    if (const std::optional<int> power = TakeMultiplier(after)) *number = Shift(*number, *power);
    if (TakePercent(after)) {
      lossless = wanted_.share;
      if (wanted_.share) *number = Shift(*number, -2);
    }
    const std::string around = std::string(before) + " " + std::string(after);
    if (Qualifies(around)) return std::nullopt;
    return TextNumber{.number = *number, .lossless = lossless && TrimSpaces(around).empty()};
  }

 private:
  // False unless there is exactly one, which is no part of a code such as A1 or 2024-10.
  bool FindFigure() {
    const size_t at = text_.find_first_of("0123456789");
    if (at == std::string_view::npos) return false;
    figure_ = ReadFigure(text_, at);
    if (text_.find_first_of("0123456789", figure_.end) != std::string_view::npos) return false;
    begin_ = at;
    if (begin_ > 0 && text_[begin_ - 1] == '.') return false;
    negative_ = begin_ > 0 && text_[begin_ - 1] == '-';
    if (negative_) --begin_;
    if (begin_ == 0) return true;
    const char c = text_[begin_ - 1];
    return !IsLetter(c) && c != '-' && c != '_';
  }

  std::optional<int> TakeMultiplier(std::string_view& after) const {
    size_t size = 0;
    while (size < after.size() && IsLetter(after[size])) ++size;
    const std::optional<int> power = PowerOf(after.substr(0, size));
    if (!power.has_value()) return power;
    after = TrimSpaces(after.substr(size));
    if (after.starts_with('.')) after = TrimSpaces(after.substr(1));
    return power;
  }

  static bool TakePercent(std::string_view& after) {
    for (const std::string_view word : {"%", "percent", "per cent", "Prozent"}) {
      if (!after.starts_with(word)) continue;
      after = TrimSpaces(after.substr(word.size()));
      return true;
    }
    return false;
  }

  std::string_view text_;
  NumberWanted wanted_;
  Figure figure_;
  size_t begin_ = 0;  // with its sign
  bool negative_ = false;
};

// "1/5", if the quotient has an end.
std::optional<TextNumber> ReadFraction(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.size() > 18) return std::nullopt;
  std::int64_t over = 0;
  std::int64_t under = 0;
  const char* middle = text.data() + slash;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), middle, over);
  const auto second = std::from_chars(middle + 1, end, under);
  if (first.ptr != middle || second.ptr != end || under <= 0) return std::nullopt;
  for (int power = 0; power < 16; ++power) {
    if (over % under == 0) return TextNumber{.number = Shift(std::to_string(over / under), -power)};
    if (over > INT64_MAX / 10 || over < INT64_MIN / 10) break;
    over *= 10;
  }
  return std::nullopt;
}

}  // namespace

std::optional<TextNumber> ReadTextNumber(std::string_view text, const NumberWanted& wanted) {
  text = TrimSpaces(text);
  if (text.empty() || text.size() > kMaxNumberTextBytes) return std::nullopt;
  std::optional<TextNumber> read;
  if (const std::optional<json::DamagedNumber> number = json::ReadNumber(text)) {
    read = TextNumber{
        .number = number->text.empty() ? std::string(text) : number->text,
        .lossless = number->lossless,
    };
  } else {
    read = ReadFraction(text);
    if (!read.has_value()) read = NumberText(text, wanted).Read();
  }
  if (read.has_value() && wanted.integer && !json::IsInteger(read->number)) return std::nullopt;
  return read;
}

}  // namespace extractd::schema
