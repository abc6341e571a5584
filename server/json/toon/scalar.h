// Single keys and values of TOON, and how to find one's end: quotes, escapes, delimiters.
#ifndef EXTRACTD_SERVER_JSON_TOON_SCALAR_H_
#define EXTRACTD_SERVER_JSON_TOON_SCALAR_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace extractd::json::toon {

// A name that needs no quotes: a letter or _, then letters, digits, _ and dots.
bool IsBareKey(std::string_view key);

// `text` is a number and nothing else, as JSON writes it.
bool IsNumber(std::string_view text);

// Appends a name, quoted unless it is bare.
void AppendKey(std::string_view key, std::string& out);

// Appends a string value, quoted where it could be taken for something else between `delimiter`s.
void AppendString(std::string_view text, char delimiter, std::string& out);

// The string in quotes that `token` is, whole. The result points into `token`, or into `buffer` if
// there were escapes. Nothing if it is not closed, goes on behind its end or has a wrong escape.
std::optional<std::string_view> Unquote(std::string_view token, std::string& buffer);

// Without spaces around it; other white space belongs to the token.
std::string_view TrimSpaces(std::string_view text);

// The first of `wanted` outside of quotes, its size if there is none. Within quotes, a backslash
// takes the next byte with it.
size_t FindUnquoted(std::string_view text, std::string_view wanted);

// `text` cut at each `delimiter` outside of quotes, without spaces around the parts. Replaces the
// content of `parts`; an empty text is one empty part.
void Split(std::string_view text, char delimiter, std::vector<std::string_view>& parts);

}  // namespace extractd::json::toon

#endif  // EXTRACTD_SERVER_JSON_TOON_SCALAR_H_
