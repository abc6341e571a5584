// The bridge between std::string_view, which all our APIs take, and Debian's abseil, whose
// string_view is a type of its own; and hash maps that are searched by std::string_view.
#ifndef EXTRACTD_SERVER_BASE_STRINGS_H_
#define EXTRACTD_SERVER_BASE_STRINGS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/strings/string_view.h>

namespace extractd {

constexpr absl::string_view Absl(std::string_view s) {
  return {s.data(), s.size()};
}
constexpr std::string_view Std(absl::string_view s) {
  return {s.data(), s.size()};
}

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view s) const { return absl::Hash<absl::string_view>{}(Absl(s)); }
};

template <class V>
using StringMap = absl::flat_hash_map<std::string, V, StringHash, std::equal_to<>>;
using StringSet = absl::flat_hash_set<std::string, StringHash, std::equal_to<>>;

// ASCII only; other bytes stay as they are.
std::string ToLower(std::string_view text);
std::string ToUpper(std::string_view text);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_STRINGS_H_
