// UTF-8 at the edges: what a provider sends may be broken, and what we cut must not break.
#ifndef EXTRACTD_SERVER_BASE_UTF8_H_
#define EXTRACTD_SERVER_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace extractd {

// One code point at the start of a text. `size` 0: the text is empty or does not begin with one.
struct CodePoint {
  std::uint32_t value = 0;
  size_t size = 0;
};

// Decodes strictly: overlong forms, surrogates and values above U+10FFFF are not code points.
CodePoint DecodeUtf8(std::string_view text);

// Appends `code_point` in UTF-8. Surrogates are written as three bytes (WTF-8), so that text with
// an unpaired one keeps its value in memory; they are never valid output.
void AppendUtf8(std::uint32_t code_point, std::string& out);

// `text` is nothing but the first bytes of a code point whose other bytes may still come.
bool IsCutCodePoint(std::string_view text);

bool IsValidUtf8(std::string_view text);

// `text` with every maximal ill-formed sequence replaced by U+FFFD.
std::string ReplaceInvalidUtf8(std::string_view text);

// The longest prefix of at most `max_bytes` that does not end inside a code point.
std::string_view CutUtf8(std::string_view text, size_t max_bytes);

// Number of code points; an ill-formed byte counts as one.
size_t CountCodePoints(std::string_view text);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_UTF8_H_
