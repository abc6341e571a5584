// Looks, in a text that is still coming, for the next bracket at which an answer may begin.
#ifndef EXTRACTD_SERVER_JSON_INCREMENTAL_START_SEARCH_H_
#define EXTRACTD_SERVER_JSON_INCREMENTAL_START_SEARCH_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace extractd::json {

// Passes over prose, think blocks, the opening lines of code fences, and a string with which the
// text begins. Linear in the text, however
// many pieces it comes in.
class StartSearch {
 public:
  // From `at` on, where the text is taken to start.
  explicit StartSearch(size_t at = 0) : at_(at) {}

  // Offset of the next bracket; nothing: it has not come yet. `text` begins with what it was at the
  // last call.
  std::optional<size_t> Next(std::string_view text);
  // Where the next search begins: behind what was found.
  void GoTo(size_t at);

  // Nothing but white space and think blocks stands between the last find and the start of the
  // text, or of a code fence.
  bool leads() const { return leads_; }

 private:
  enum class Place : unsigned char { kOutside, kThoughts, kFenceLine, kString };

  bool Step(std::string_view text);
  bool LeaveThoughts(std::string_view text);
  bool ReadFenceLine(char c);
  bool LeaveString(std::string_view text);
  bool ReadMark(std::string_view text);

  size_t at_;
  Place place_ = Place::kOutside;
  bool leads_ = true;
};

// Offset behind the first end tag of a think block from `at` on; npos: none is whole yet.
size_t FindThoughtsEnd(std::string_view text, size_t at);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_INCREMENTAL_START_SEARCH_H_
