// Coercion of single values, and of values of a type that the schema does not allow.
#include <algorithm>
#include <array>
#include <utility>

#include "server/json/decimal.h"
#include "server/json/tolerant.h"
#include "server/json/tolerant/repair_log.h"
#include "server/json/write.h"
#include "server/schema/coerce/coercer.h"
#include "server/schema/coerce/date_text.h"
#include "server/schema/coerce/number_text.h"
#include "server/schema/coerce/words.h"

namespace extractd::schema {
namespace {

using json::Type;

constexpr size_t kMaxRoundedBytes = 40;

// Half away from zero. Nothing for numbers with exponents or many digits.
std::optional<std::string> Round(std::string_view number) {
  const size_t point = number.find('.');
  const bool plain = number.find_first_of("eE") == std::string_view::npos;
  if (!plain || point == std::string_view::npos || number.size() > kMaxRoundedBytes) {
    return std::nullopt;
  }
  const bool up = number[point + 1] >= '5';
  const bool negative = number.starts_with('-');
  std::string digits(number.substr(negative ? 1 : 0, point - (negative ? 1 : 0)));
  if (up) {
    size_t at = digits.size();
    while (at > 0 && digits[at - 1] == '9') digits[--at] = '0';
    if (at > 0) ++digits[at - 1];
    if (at == 0) digits.insert(0, 1, '1');
  }
  return (negative && digits != "0" ? "-" : "") + digits;
}

bool MeansNothing(std::string_view text) {
  constexpr std::array<std::string_view, 6> kWords = {"null", "none", "nil", "n/a", "na", "nan"};
  const std::string folded = FoldCase(TrimSpaces(text));
  return std::ranges::find(kWords, folded) != kWords.end();
}

// The text behind a bullet or number; empty if there is none.
std::string_view BehindBullet(std::string_view line) {
  line = TrimSpaces(line);
  for (const std::string_view bullet : {"- ", "* ", "• ", "+ "}) {
    if (line.starts_with(bullet)) return TrimSpaces(line.substr(bullet.size()));
  }
  const size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  const std::string_view rest = line.substr(digits);
  if (digits > 0 && (rest.starts_with(". ") || rest.starts_with(") "))) {
    return TrimSpaces(rest.substr(2));
  }
  return {};
}

std::vector<std::string_view> SplitAt(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(mark), text.size());
    const std::string_view part = TrimSpaces(text.substr(0, end));
    if (!part.empty() || mark != '\n') parts.push_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// The parts of a list with bullets; empty if there is a line without.
std::vector<std::string_view> Bullets(std::string_view text) {
  std::vector<std::string_view> parts = SplitAt(text, '\n');
  for (std::string_view& part : parts) {
    part = BehindBullet(part);
    if (part.empty()) return {};
  }
  return parts;
}

}  // namespace

Coercer::Made Coercer::CoerceChoice(const Form& form, const json::Value& value) {
  for (const NamedValue& named : form.values) {
    if (json::Equal(*named.value, value)) return SameAs(value);
  }
  if (!Spend(form.values.size())) return std::nullopt;
  if (value.is_array()) return UnwrapElement(form, value);
  if (value.is_object()) return UnwrapMember(form, value);
  const std::string text = value.is_string() ? std::string(value.string()) : json::ToText(value);
  const std::optional<Choice> choice = ChooseValue(text, form.values);
  if (!choice.has_value()) return std::nullopt;
  if (!Log(coercion_kind::kChoice, Short(value), Short(*choice->value), choice->lossless)) {
    return std::nullopt;
  }
  return SameAs(*choice->value);
}

Coercer::Made Coercer::CoerceNumber(const Form& form, const json::Value& value) {
  if (!form.integer || json::IsInteger(value.number())) return SameAs(value);
  const std::optional<std::string> rounded = Round(value.number());
  if (!rounded.has_value()) return std::nullopt;
  if (!Log(coercion_kind::kRounded, Short(value), *rounded, /*lossless=*/false)) {
    return std::nullopt;
  }
  return Node{.type = Type::kNumber, .text = *rounded};
}

Coercer::Made Coercer::CoerceString(const Form& form, const json::Value& value) {
  const bool checked = form.format.has_value() && options_.assert_formats;
  if (!checked || Conforms(*form.format, value.string())) return SameAs(value);
  const std::optional<TextDate> date = ToDateFormat(*form.format, value.string());
  if (!date.has_value()) return SameAs(value);
  if (!Log(coercion_kind::kDate, Short(value), Short(date->text), date->lossless)) {
    return std::nullopt;
  }
  return Node{.type = Type::kString, .text = date->text};
}

Coercer::Made Coercer::Convert(const Form& form, const json::Value& value) {
  if (form.types == Form::kAnyType) return SameAs(value);
  const size_t mark = repairs_.size();
  Made made;
  if (value.is_array()) {
    made = WrapList(form, value);
    if (!made.has_value()) {
      repairs_.resize(mark);
      made = UnwrapElement(form, value);
    }
  } else if (value.is_object()) {
    made = UnwrapMember(form, value);
  } else if (value.is_string()) {
    made = ConvertText(form, value);
  } else {
    made = ConvertScalar(form, value);
  }
  if (made.has_value()) return made;
  repairs_.resize(mark);
  if (value.is_null()) return std::nullopt;
  if (form.Wants(Type::kArray) && !value.is_string()) return WrapInArray(form, value);
  if (!form.Wants(Type::kString) || value.is_string()) return std::nullopt;
  std::string text = json::ToText(value);
  // Whoever wants a text for a name or a sentence has no use for JSON in it.
  const bool plain = !value.is_array() && !value.is_object();
  if (!Log(coercion_kind::kText, Short(value), Short(text), plain)) return std::nullopt;
  return Node{.type = Type::kString, .text = std::move(text)};
}

// Of a number or boolean.
Coercer::Made Coercer::ConvertScalar(const Form& form, const json::Value& value) {
  if (value.is_null()) return std::nullopt;
  if (form.Wants(Type::kBoolean) && value.is_number()) {
    const bool one = json::CompareNumbers(value.number(), "1") == 0;
    if (!one && json::CompareNumbers(value.number(), "0") != 0) return std::nullopt;
    if (!Log(coercion_kind::kBoolean, Short(value), one ? "true" : "false")) return std::nullopt;
    return Node{.type = Type::kBoolean, .boolean = one};
  }
  if (form.Wants(Type::kObject)) return WrapInObject(form, value);
  return std::nullopt;
}

Coercer::Made Coercer::ConvertText(const Form& form, const json::Value& value) {
  const std::string_view text = TrimSpaces(value.string());
  if (form.Wants(Type::kObject) || form.Wants(Type::kArray)) {
    if (text.starts_with('{') || text.starts_with('[')) return ReadJson(form, text);
  }
  if (form.Wants(Type::kNumber)) {
    const auto number = ReadTextNumber(text, {.integer = form.integer, .share = form.share});
    if (number.has_value() &&
        Log(coercion_kind::kNumber, Short(value), number->number, number->lossless)) {
      return Node{.type = Type::kNumber, .text = number->number};
    }
  }
  if (form.Wants(Type::kBoolean)) {
    const std::optional<YesNo> word = ReadYesNo(text);
    if (word.has_value() &&
        Log(coercion_kind::kBoolean, Short(value), word->value ? "true" : "false", word->lossless
        )) {
      return Node{.type = Type::kBoolean, .boolean = word->value};
    }
  }
  if (form.Wants(Type::kNull) && MeansNothing(text)) {
    if (Log(coercion_kind::kNull, Short(value), "null")) return Node{};
  }
  return form.Wants(Type::kArray) ? SplitText(form, text) : std::nullopt;
}

// An array or object that was written into a string.
Coercer::Made Coercer::ReadJson(const Form& form, std::string_view text) {
  if (!Spend((text.size() / 8) + 1)) return std::nullopt;
  json::TolerantResult result = json::ParseTolerant(text);
  if (!result.document.has_value() || result.truncated) return std::nullopt;
  const bool lossless = std::ranges::all_of(result.repairs, &json::Repair::lossless);
  documents_.push_back(std::move(*result.document));
  const json::Value& root = documents_.back().root();
  if (!Log(coercion_kind::kJsonInText, Short(text), Short(root), lossless)) return std::nullopt;
  return CoerceAs(form, root);
}

bool Coercer::TakesAnyText(const Form& list) {
  const std::vector<BlockIndex> blocks = ItemBlocks(list, 0);
  if (blocks.empty()) return true;
  const Form& element = forms_.Of(blocks);
  return element.Allows(Type::kString) && element.values.empty();
}

// Lines with bullets; other values than texts also with commas between them; else a single one.
Coercer::Made Coercer::SplitText(const Form& form, std::string_view text) {
  const bool texts = TakesAnyText(form);
  std::vector<std::string_view> parts = Bullets(text);
  if (parts.empty() && !texts)
    parts = SplitAt(text, text.find('\n') == std::string_view::npos ? ',' : '\n');
  if (parts.size() < 2 && BehindBullet(text).empty()) {
    const bool several = texts && text.find_first_of(",;\n") != std::string_view::npos;
    return several || text.empty() ? std::nullopt : WrapInArray(form, Keep(text));
  }
  const size_t mark = repairs_.size();
  if (!Spend(parts.size()) || !Log(coercion_kind::kTextList, Short(text), "[…]")) {
    return std::nullopt;
  }
  Node list = {.type = Type::kArray};
  for (const std::string_view part : parts) {
    const size_t index = list.children.size();
    Made made = CoerceChild(ItemBlocks(form, index), Keep(part), std::to_string(index));
    if (!made.has_value()) {
      // A text with a comma in it, like 1,234, may be one value after all.
      repairs_.resize(mark);
      return texts ? std::nullopt : WrapInArray(form, Keep(text));
    }
    list.children.push_back(std::move(*made));
  }
  return list;
}

}  // namespace extractd::schema
