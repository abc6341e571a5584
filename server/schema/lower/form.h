// Form: what a shape becomes on the wire of one subset. A form says three things at once: what the
// lowered schema writes, how a valid value gets there, and how the answer comes back.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_FORM_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_FORM_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "server/json/value.h"
#include "server/schema/lower/shape.h"

namespace extractd::schema::lower {

// Members of the objects that stand for the members of a map.
inline constexpr std::string_view kPairKey = "key";
inline constexpr std::string_view kPairValue = "value";
// The member that holds a root which is no object.
inline constexpr std::string_view kRootMember = "value";

enum class FormKind : std::uint8_t {
  kAny,
  kNull,
  kBoolean,
  kInteger,
  kNumber,
  kString,
  kEnum,
  kText,  // a string that holds the value as JSON text
  kArray,
  kObject,
  kPairs,  // a map as a list of {key, value}
  kUnion,
  kReference
};

struct Form;

// Where a value stands: as the caller has it, or as the provider does.
enum class Side : std::uint8_t { kCaller, kWire };

struct FormMember {
  std::string name = {};
  std::string wire = {};  // its name in the lowered schema
  const Form* form = nullptr;
  bool required = false;  // in the caller's schema
  bool nulled = false;    // null on the wire is absence
  bool boxed = false;     // on the wire a list of one value, or of none: absence
};

struct EnumValue {
  const json::Value* value = nullptr;
  std::string wire = {};  // with as_text: the string that stands for it
};

struct FormDefinition {
  const Definition* source = nullptr;  // while it is being made
  std::string name = {};
  const Form* form = nullptr;  // null while it is being made
};

struct Form {
  FormKind kind = FormKind::kAny;
  std::string description = {};
  std::vector<const json::Value*> kept = {};  // constraints that stay as they are

  std::vector<EnumValue> values = {};  // kEnum
  bool as_text = false;

  std::vector<FormMember> members = {};  // kObject
  // kObject: the member that lists what is not declared as {key, value}; empty: there is none.
  std::string pairs = {};
  // Of other members (kObject), values of the map (kPairs), other elements (kArray).
  const Form* rest = nullptr;
  bool says_rest = false;                      // kObject: `rest` is written; it may be null: false
  std::vector<const Form*> prefix = {};        // kArray
  std::vector<const Form*> branches = {};      // kUnion
  const FormDefinition* definition = nullptr;  // kReference
  // Some value differs on the wire, here or below.
  bool carries = false;
  // Of many members; few are searched.
  absl::flat_hash_map<std::string_view, const FormMember*> by_name = {};
  absl::flat_hash_map<std::string_view, const FormMember*> by_wire = {};

  // What the element at `index` of an array is; null: there is none.
  const Form* ElementAt(size_t index) const { return index < prefix.size() ? prefix[index] : rest; }
  // The member of that name on a side; null if there is none.
  const FormMember* FindMember(std::string_view wanted, Side side) const;
  // Makes FindMember fast. The members must not change any more.
  void IndexMembers();
};

// Owns forms; their addresses are stable.
struct Forms {
  std::deque<Form> all = {};
  std::deque<FormDefinition> definitions = {};
  const Form* root = nullptr;
  bool wrapped = false;  // the root stands in kRootMember of an object

  size_t memory_bytes() const;  // an estimate
};

// The form behind references; null while it is being made.
inline const Form* Follow(const Form* form) {
  while (form != nullptr && form->kind == FormKind::kReference) form = form->definition->form;
  return form;
}

// What keeps a schema out of a subset.
struct Obstacle {
  std::string pointer = {};  // JSON Pointer into the caller's schema
  std::string keyword = {};
  std::string reason = {};  // one sentence

  friend bool operator==(const Obstacle&, const Obstacle&) = default;
};

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_FORM_H_
