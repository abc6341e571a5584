#include "server/json/tolerant/key_values.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <absl/container/flat_hash_set.h>

#include "server/base/utf8.h"
#include "server/json/lexical.h"
#include "server/json/parse.h"

namespace extractd::json {
namespace {

constexpr size_t kMaxNameBytes = 100;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// Without one pair of `mark` around it.
std::string_view Unwrap(std::string_view text, std::string_view mark) {
  const bool around =
      text.size() >= 2 * mark.size() && text.starts_with(mark) && text.ends_with(mark);
  return around ? text.substr(mark.size(), text.size() - (2 * mark.size())) : text;
}

std::string_view Bare(std::string_view text) {
  text = Trim(text);
  for (const std::string_view mark : {"**", "\"", "'", "`"}) text = Unwrap(text, mark);
  return text;
}

struct Line {
  size_t indent = 0;  // of the item's text, where there is a bullet
  bool item = false;
  size_t bullet = 0;           // indentation of the bullet
  std::string_view name = {};  // empty: a plain text
  std::string_view value = {};
};

// Offset of the mark between name and value; npos if there is none.
size_t FindSeparator(std::string_view text, size_t& size) {
  const std::string_view head = text.substr(0, kMaxNameBytes);
  for (size_t at = head.find(':'); at != std::string_view::npos; at = head.find(':', at + 1)) {
    size = text.substr(at).starts_with(":**") ? 3 : 1;
    if (at + size >= text.size() || IsSpace(text[at + size])) return at;
  }
  size = 1;
  return head.find('=');
}

Line ReadLine(std::string_view text) {
  Line line;
  const size_t start = std::min(text.find_first_not_of(' '), text.size());
  line.indent = line.bullet = start;
  text = Trim(text);
  for (const std::string_view bullet : {"- ", "* ", "• ", "+ "}) {
    if (!text.starts_with(bullet)) continue;
    line.item = true;
    const std::string_view rest = Trim(text.substr(bullet.size()));
    line.indent = start + (text.size() - rest.size());
    text = rest;
    break;
  }
  size_t size = 0;
  const size_t at = FindSeparator(text, size);
  line.value = text;
  if (at == std::string_view::npos || at == 0) return line;
  std::string_view name = Trim(text.substr(0, at));
  if (name.starts_with("**") && size == 3) name.remove_prefix(2);
  name = Bare(name);
  if (name.empty() || name.find_first_of("{}[]\"") != std::string_view::npos) return line;
  line.name = name;
  line.value = Trim(text.substr(at + size));
  return line;
}

std::vector<Line> ReadLines(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (!Trim(text.substr(0, end)).empty()) lines.push_back(ReadLine(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

class KeyValueReader {
 public:
  explicit KeyValueReader(std::string_view text) : lines_(ReadLines(text)) {}

  std::optional<Document> Read() {
    const bool list = !lines_.empty() && (lines_[0].item || !lines_[0].name.empty());
    if (!list || !ReadBlock() || at_ < lines_.size()) return std::nullopt;
    return out_.Finish();
  }

 private:
  bool ReadBlock() {
    if (out_.depth() + 2 >= kMaxDepth) return false;
    if (!lines_[at_].item) return ReadMembers(lines_[at_].indent);
    return ItemsAreMembers() ? ReadItemMembers() : ReadItems();
  }

  // Lines with names at one indentation.
  bool ReadMembers(size_t indent) {
    out_.BeginObject();
    absl::flat_hash_set<std::string> names;
    // The first may stand behind a bullet.
    for (bool first = true; at_ < lines_.size() && lines_[at_].indent == indent; first = false) {
      if (lines_[at_].item && !first) break;
      if (!names.emplace(lines_[at_].name).second || !ReadMember()) return false;
    }
    out_.EndObject();
    return true;
  }

  bool ReadMember() {
    const Line& line = lines_[at_++];
    if (line.name.empty()) return false;
    out_.Key(line.name);
    if (!line.value.empty()) {
      PutValue(line.value);
      return true;
    }
    const bool nested =
        at_ < lines_.size() &&
        (lines_[at_].item ? lines_[at_].bullet >= line.indent : lines_[at_].indent > line.indent);
    if (nested && (!line.item || lines_[at_].bullet > line.bullet)) return ReadBlock();
    out_.Null();
    return true;
  }

  // Items at one indentation; they end where a line stands further out.
  bool ReadItems() {
    const size_t bullet = lines_[at_].bullet;
    out_.BeginArray();
    while (at_ < lines_.size() && lines_[at_].item && lines_[at_].bullet == bullet) {
      if (!lines_[at_].name.empty()) {
        if (!ReadMembers(lines_[at_].indent)) return false;
      } else {
        PutValue(lines_[at_++].value);
      }
    }
    out_.EndArray();
    return true;
  }

  // All items of this block have one name each, and no name stands twice.
  bool ItemsAreMembers() const {
    absl::flat_hash_set<std::string> names;
    const size_t bullet = lines_[at_].bullet;
    for (size_t i = at_; i < lines_.size() && lines_[i].bullet >= bullet; ++i) {
      const Line& line = lines_[i];
      if (line.bullet > bullet && line.item) continue;
      if (!line.item || line.name.empty() || !names.emplace(line.name).second) return false;
    }
    return true;
  }

  bool ReadItemMembers() {
    const size_t bullet = lines_[at_].bullet;
    out_.BeginObject();
    while (at_ < lines_.size() && lines_[at_].item && lines_[at_].bullet == bullet) {
      if (!ReadMember()) return false;
    }
    out_.EndObject();
    return true;
  }

  void PutValue(std::string_view text) {
    const std::string_view inner = Unwrap(text, "");
    const bool list = inner.starts_with('[') && inner.ends_with(']') &&
                      inner.find_first_of("[{\"", 1) == std::string_view::npos;
    if (!list) return out_.String(Bare(text));
    out_.BeginArray();
    std::string_view rest = inner.substr(1, inner.size() - 2);
    while (!Trim(rest).empty()) {
      const size_t end = std::min(rest.find(','), rest.size());
      out_.String(Bare(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    out_.EndArray();
  }

  std::vector<Line> lines_;
  size_t at_ = 0;
  Builder out_;
};

}  // namespace

std::optional<Document> ReadKeyValues(std::string_view text) {
  // Names and values are taken as they are.
  if (!IsValidUtf8(text)) return std::nullopt;
  return KeyValueReader(text).Read();
}

}  // namespace extractd::json
