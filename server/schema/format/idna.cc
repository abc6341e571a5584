#include "server/schema/format/idna.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <utf8proc.h>

#include "server/base/utf8.h"

namespace extractd::schema {
namespace {

constexpr char32_t kNonJoiner = 0x200C;
constexpr char32_t kJoiner = 0x200D;
constexpr int kVirama = 9;  // canonical combining class

bool IsBetween(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}
bool IsArabicIndicDigit(char32_t c) {
  return IsBetween(c, 0x660, 0x669);
}
bool IsExtendedArabicIndicDigit(char32_t c) {
  return IsBetween(c, 0x6F0, 0x6F9);
}

const utf8proc_property_t& PropertyOf(char32_t c) {
  return *utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
}
int CategoryOf(char32_t c) {
  return PropertyOf(c).category;
}
bool IsMark(char32_t c) {
  const int category = CategoryOf(c);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
         category == UTF8PROC_CATEGORY_ME;
}

// Normalising and folding case would change it (RFC 5892, 2.2).
bool IsUnstable(char32_t c) {
  std::array<utf8proc_int32_t, 32> buffer{};
  int boundary = UTF8PROC_BOUNDCLASS_START;
  constexpr auto kOptions = static_cast<utf8proc_option_t>(
      UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD
  );
  const utf8proc_ssize_t size = utf8proc_decompose_char(
      static_cast<utf8proc_int32_t>(c), buffer.data(), buffer.size(), kOptions, &boundary
  );
  if (size <= 0 || static_cast<size_t>(size) > buffer.size()) return true;
  const utf8proc_ssize_t composed = utf8proc_normalize_utf32(buffer.data(), size, kOptions);
  return composed != 1 || buffer[0] != static_cast<utf8proc_int32_t>(c);
}

// The exceptions of RFC 5892, 2.6.
bool IsExceptionallyValid(char32_t c) {
  constexpr std::array<char32_t, 6> kValid = {0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007};
  return std::ranges::find(kValid, c) != kValid.end();
}
bool IsExceptionallyDisallowed(char32_t c) {
  return c == 0x640 || c == 0x7FA || c == 0x302E || c == 0x302F || IsBetween(c, 0x3031, 0x3035) ||
         c == 0x303B;
}
bool IsContextO(char32_t c) {
  return c == 0xB7 || c == 0x375 || c == 0x5F3 || c == 0x5F4 || c == 0x30FB ||
         IsArabicIndicDigit(c) || IsExtendedArabicIndicDigit(c);
}

bool IsOldHangulJamo(char32_t c) {
  return IsBetween(c, 0x1100, 0x11FF) || IsBetween(c, 0xA960, 0xA97C) ||
         IsBetween(c, 0xD7B0, 0xD7FB);
}
// Combining marks for symbols, musical symbols, ancient Greek musical notation.
bool IsIgnorableBlock(char32_t c) {
  return IsBetween(c, 0x20D0, 0x20FF) || IsBetween(c, 0x1D100, 0x1D1FF) ||
         IsBetween(c, 0x1D200, 0x1D24F);
}
bool IsLetterDigit(char32_t c) {
  switch (CategoryOf(c)) {
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
      return true;
    default:
      return false;
  }
}

bool IsStableLetterDigit(char32_t c) {
  return IsLetterDigit(c) && !IsUnstable(c) && PropertyOf(c).ignorable == 0 &&
         !IsIgnorableBlock(c) && !IsOldHangulJamo(c);
}
bool IsLowerLdh(char32_t c) {
  return c == '-' || IsBetween(c, '0', '9') || IsBetween(c, 'a', 'z');
}

// The scripts that the rules ask for. Unassigned code points in these blocks are not allowed
// anyway.
bool IsGreek(char32_t c) {
  return (IsBetween(c, 0x370, 0x3E1) && c != 0x37E && c != 0x385 && c != 0x387) ||
         IsBetween(c, 0x3F0, 0x3FF) || IsBetween(c, 0x1D26, 0x1D2A) || IsBetween(c, 0x1F00, 0x1FFE);
}
bool IsHebrew(char32_t c) {
  return IsBetween(c, 0x591, 0x5F4) || IsBetween(c, 0xFB1D, 0xFB4F);
}
bool IsKana(char32_t c) {
  return IsBetween(c, 0x3041, 0x3096) || IsBetween(c, 0x309D, 0x309F) ||
         IsBetween(c, 0x30A1, 0x30FA) || IsBetween(c, 0x30FD, 0x30FF) ||
         IsBetween(c, 0x31F0, 0x31FF) || IsBetween(c, 0x1B000, 0x1B167);
}
bool IsHan(char32_t c) {
  return c == 0x3005 || c == 0x3007 || IsBetween(c, 0x3021, 0x3029) ||
         IsBetween(c, 0x3038, 0x303B) || IsBetween(c, 0x3400, 0x4DBF) ||
         IsBetween(c, 0x4E00, 0x9FFF) || IsBetween(c, 0xF900, 0xFAD9) ||
         IsBetween(c, 0x20000, 0x323AF);
}

bool FollowsVirama(const CodePoints& label, size_t at) {
  return at > 0 && PropertyOf(label[at - 1]).combining_class == kVirama;
}

// The character does not take part in joining: marks and format characters.
bool IsTransparent(char32_t c) {
  const int category = CategoryOf(c);
  return c != kNonJoiner && c != kJoiner &&
         (category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME ||
          category == UTF8PROC_CATEGORY_CF);
}

// RFC 5892, A.1: the non-joiner stands between two characters that would join.
bool BreaksAJoin(const CodePoints& label, size_t at) {
  size_t before = at;
  while (before > 0 && IsTransparent(label[before - 1])) --before;
  size_t after = at + 1;
  while (after < label.size() && IsTransparent(label[after])) ++after;
  if (before == 0 || after == label.size()) return false;
  const Joining left = JoiningOf(label[before - 1]);
  const Joining right = JoiningOf(label[after]);
  return (left == Joining::kLeft || left == Joining::kDual) &&
         (right == Joining::kRight || right == Joining::kDual);
}

bool IsAllowedInContext(const CodePoints& label, size_t at) {
  const char32_t before = at > 0 ? label[at - 1] : 0;
  const char32_t after = at + 1 < label.size() ? label[at + 1] : 0;
  switch (label[at]) {
    case kNonJoiner:
      return FollowsVirama(label, at) || BreaksAJoin(label, at);
    case kJoiner:
      return FollowsVirama(label, at);
    case 0xB7:
      return before == 'l' && after == 'l';
    case 0x375:
      return IsGreek(after);
    case 0x5F3:
    case 0x5F4:
      return IsHebrew(before);
    case 0x30FB:
      return std::ranges::any_of(label, [](char32_t c) { return IsKana(c) || IsHan(c); });
    default:
      return std::ranges::none_of(
          label, IsArabicIndicDigit(label[at]) ? IsExtendedArabicIndicDigit : IsArabicIndicDigit
      );
  }
}

}  // namespace

IdnaProperty IdnaPropertyOf(char32_t c) {
  if (IsExceptionallyValid(c)) return IdnaProperty::kValid;
  if (IsExceptionallyDisallowed(c)) return IdnaProperty::kDisallowed;
  if (IsContextO(c)) return IdnaProperty::kContextO;
  if (c == kNonJoiner || c == kJoiner) return IdnaProperty::kContextJ;
  return IsLowerLdh(c) || IsStableLetterDigit(c) ? IdnaProperty::kValid : IdnaProperty::kDisallowed;
}

std::string Normalise(std::string_view text) {
  utf8proc_uint8_t* normalised = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()),
      &normalised,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE)
  );
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(normalised, &std::free);
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(normalised), static_cast<size_t>(size)};
}

bool HasAllowedCodePoints(const CodePoints& label) {
  if (label.empty() || IsMark(label.front())) return false;
  for (size_t at = 0; at < label.size(); ++at) {
    const IdnaProperty property = IdnaPropertyOf(label[at]);
    if (property == IdnaProperty::kDisallowed) return false;
    if (property != IdnaProperty::kValid && !IsAllowedInContext(label, at)) return false;
  }
  std::string text;
  for (const char32_t c : label) AppendUtf8(c, text);
  return Normalise(text) == text;
}

bool HasRightToLeft(const CodePoints& label) {
  return std::ranges::any_of(label, [](char32_t c) {
    const int direction = PropertyOf(c).bidi_class;
    return direction == UTF8PROC_BIDI_CLASS_R || direction == UTF8PROC_BIDI_CLASS_AL ||
           direction == UTF8PROC_BIDI_CLASS_AN;
  });
}

bool ObeysBidiRule(const CodePoints& label) {
  const auto direction = [](char32_t c) { return 1U << PropertyOf(c).bidi_class; };
  constexpr unsigned kLeft = 1U << UTF8PROC_BIDI_CLASS_L;
  constexpr unsigned kRight = 1U << UTF8PROC_BIDI_CLASS_R | 1U << UTF8PROC_BIDI_CLASS_AL;
  constexpr unsigned kEuropean = 1U << UTF8PROC_BIDI_CLASS_EN;
  constexpr unsigned kArabic = 1U << UTF8PROC_BIDI_CLASS_AN;
  constexpr unsigned kMark = 1U << UTF8PROC_BIDI_CLASS_NSM;
  constexpr unsigned kNeutral = 1U << UTF8PROC_BIDI_CLASS_ES | 1U << UTF8PROC_BIDI_CLASS_CS |
                                1U << UTF8PROC_BIDI_CLASS_ET | 1U << UTF8PROC_BIDI_CLASS_ON |
                                1U << UTF8PROC_BIDI_CLASS_BN | kMark;
  unsigned all = 0;
  for (const char32_t c : label) all |= direction(c);
  size_t end = label.size();
  while (end > 0 && direction(label[end - 1]) == kMark) --end;
  if (end == 0) return false;
  const unsigned first = direction(label.front());
  const unsigned last = direction(label[end - 1]);
  if ((first & kRight) != 0) {
    const bool mixed = (all & kEuropean) != 0 && (all & kArabic) != 0;
    return (all & ~(kRight | kEuropean | kArabic | kNeutral)) == 0 && !mixed &&
           (last & (kRight | kEuropean | kArabic)) != 0;
  }
  return (first & kLeft) != 0 && (all & ~(kLeft | kEuropean | kNeutral)) == 0 &&
         (last & (kLeft | kEuropean)) != 0;
}

}  // namespace extractd::schema
