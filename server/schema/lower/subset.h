// Subset: what one kind of provider takes of JSON Schema, as a row of facts. The lowering reads the
// rows and knows no provider. Sources and dates of every fact: docs/schema-subsets.md.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_SUBSET_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_SUBSET_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace extractd::schema::lower {

// How far `$ref` may be used. What it may not is inlined; where that would never end, the rest of a
// recursive value is carried as JSON text.
enum class ReferenceForm : std::uint8_t { kInline, kAcyclic, kRecursive };

// How "X or null" is written.
enum class NullForm : std::uint8_t {
  kTypeList,  // {"type": ["string", "null"]}; anyOf where X is no single type
  kAnyOf,     // {"anyOf": [X, {"type": "null"}]}
  kFlag       // {"type": "string", "nullable": true}
};

// Which values `enum` may list; other ones are written as strings.
enum class EnumValues : std::uint8_t { kStrings, kStringsAndNumbers, kPrimitives, kAll };

// Which regular expressions `pattern` may hold.
enum class Patterns : std::uint8_t {
  kNone,
  kUnanchored,  // neither ^ nor $
  kAnchored,    // ^…$ over the whole, without escapes and groups of other kinds
  kWhole,       // ^…$ over the whole: elsewhere the whole text would have to match
  kRegular      // everything that this project can run: no look-around, no back-reference
};

// Which of pattern, format and lengths count where several stand in one schema.
enum class TextRules : std::uint8_t {
  kAll,
  kPatternFirst,  // one alone: pattern before format before lengths
  kFormatFirst    // one alone: format before pattern before lengths
};

// What cannot be exceeded. 0: no limit is known.
struct SubsetLimits {
  size_t bytes = 0;             // of the lowered schema
  size_t levels = 0;            // of nesting, counted anew in each definition
  size_t properties = 0;        // in all objects together
  size_t enum_values = 0;       // in all enums together
  size_t name_bytes = 0;        // names of properties and definitions, enum and const values
  size_t large_enum = 0;        // an enum of strings with more values than this …
  size_t large_enum_bytes = 0;  // … has at most so many bytes
  size_t optional = 0;          // properties that need not be given
  size_t unions = 0;            // properties that are a union
  size_t branches = 0;          // of one anyOf; larger ones become JSON text
};

struct Subset {
  std::string_view name = {};
  std::string_view about = {};  // who takes it, in one line

  // Objects.
  bool object_root = true;          // the root is of type object, no union and no reference
  bool all_required = false;        // optional properties become nullable instead
  bool maps = false;                // additionalProperties may be a schema; else members that are
                                    // not declared become a list of {key, value}
  bool says_closed = true;          // additionalProperties: false is written where it holds
  bool closed_unless_said = false;  // no other members unless additionalProperties allows them
  bool one_required = false;        // every object needs a required property
  bool property_ordering = false;   // propertyOrdering names the order of properties
  // Values.
  bool untyped = false;     // {} and true stand for any value
  bool tuples = false;      // prefixItems
  bool constants = false;   // const; else an enum of one
  bool typed_enums = true;  // `type` stands beside enum and const
  EnumValues enums = EnumValues::kPrimitives;
  // Unions and references.
  bool unions = true;  // anyOf
  NullForm null_form = NullForm::kTypeList;
  ReferenceForm references = ReferenceForm::kRecursive;
  bool reference_siblings = false;  // a description may stand beside $ref
  // Constraints.
  std::span<const std::string_view> keywords = {};  // that may stay
  std::span<const std::string_view> formats = {};   // that `format` may name; "*": all
  Patterns patterns = Patterns::kNone;
  bool integer_bounds = false;  // bounds hold for integers only
  bool near_bounds = false;     // bounds beyond ±10^15 are refused or ignored
  TextRules text_rules = TextRules::kAll;
  size_t largest_min_items = std::numeric_limits<size_t>::max();
  bool tell_lost = true;  // what is lost is told in the description

  SubsetLimits limits = {};
};

// By name; null if there is none.
const Subset* FindSubset(std::string_view name);
// All of them, sorted by name.
std::span<const Subset> AllSubsets();

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_SUBSET_H_
