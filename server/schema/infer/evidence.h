// What examples show of one place: the types, texts, names and elements that were seen there.
#ifndef EXTRACTD_SERVER_SCHEMA_INFER_EVIDENCE_H_
#define EXTRACTD_SERVER_SCHEMA_INFER_EVIDENCE_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/strings.h"
#include "server/json/value.h"
#include "server/schema/format/format.h"

namespace extractd::schema {

// Formats that inference finds; the first one that all texts have counts.
inline constexpr std::array kInferredFormats = {
    Format::kDate, Format::kDateTime, Format::kUuid, Format::kEmail, Format::kUri
};
using FormatSet = std::array<bool, kInferredFormats.size()>;
// Those that `text` has; narrower than the formats themselves where nearly any word would be one.
FormatSet FormatsOf(std::string_view text);

// An enum has no more values, and no longer ones.
inline constexpr size_t kMaxEnumValues = 10;
inline constexpr size_t kMaxEnumBytes = 64;

struct Evidence {
  // Of one name in the objects of the place.
  struct Member {
    std::string name = {};
    size_t objects = 0;  // that have it
    std::unique_ptr<Evidence> value = {};
  };

  size_t nulls = 0;
  size_t booleans = 0;
  size_t integers = 0;
  size_t fractions = 0;
  size_t strings = 0;
  size_t arrays = 0;
  size_t objects = 0;
  bool anything = false;  // lies too deep to be looked at

  std::vector<std::string> texts = {};  // different ones, if all are known, few and short
  bool many_texts = false;              // they are not
  bool enumerated = false;              // an earlier schema has an enum here
  FormatSet formats = {true, true, true, true, true};  // that all texts have

  std::unique_ptr<Evidence> elements = {};  // null: all arrays were empty

  std::vector<Member> members = {};  // in the order in which they were seen
  StringMap<size_t> by_name = {};
  bool map = false;                           // an earlier schema has a map here
  std::unique_ptr<Evidence> map_values = {};  // of that map

  // Takes up one more value of the place, `depth` arrays and objects deep.
  void Add(const json::Value& value, size_t depth);
  // Takes up what was seen at another place.
  void Merge(const Evidence& other);

  // The member of that name, made if it is new.
  Member& MemberOf(std::string_view name);
  void AddText(std::string_view text);
  void AddFormats(const FormatSet& of_text);
};

// Names of the objects are data, as ids are, and not the names of properties.
bool HasDataForNames(const Evidence& objects);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_INFER_EVIDENCE_H_
