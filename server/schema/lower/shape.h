// Shape: a schema read into one plain form, whatever keywords said it: unions instead of type
// lists, anyOf and oneOf, merged allOf, one kind of value each. Shapes accept everything that the
// schema accepts, but for what the reader names as narrowed; what they do not say is in its losses.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_SHAPE_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_SHAPE_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/json/value.h"

namespace extractd::schema::lower {

enum class Kind : std::uint8_t {
  kAny,
  kNever,
  kNull,
  kBoolean,
  kInteger,
  kNumber,
  kString,
  kEnum,
  kArray,
  kObject,
  kUnion,
  kReference
};

struct Shape;

// A keyword with its value, which remembers the keyword as its key, and the schema it stands in.
struct Constraint {
  const json::Value* value = nullptr;
  std::string pointer = {};

  std::string_view keyword() const { return value->key(); }
};

struct Property {
  std::string_view name = {};
  std::string_view alias = {};  // x-alias: its name on the wire; empty for none
  const Shape* shape = nullptr;
};

// A schema that references name. `shape` is null until it has been read.
struct Definition {
  std::string name = {};
  std::string pointer = {};
  const json::Value* source = nullptr;
  const Shape* shape = nullptr;
  bool reading = false;
};

// All pointers and views belong to the schema's document and to the Shapes that made it.
struct Shape {
  Kind kind = Kind::kAny;
  // Says something of values of its kind alone: others are free. The schema named no type.
  bool implied = false;
  std::string pointer = {};
  std::string_view description = {};
  std::vector<Constraint> constraints = {};
  // The keywords that the fields below were read from, of every schema that went into the shape.
  std::vector<Constraint> structure = {};

  std::vector<const json::Value*> values = {};  // kEnum, all of one type

  std::vector<Property> properties = {};        // kObject
  std::vector<std::string_view> required = {};  // not all of them need be among the properties
  std::vector<const Shape*> prefix = {};        // kArray: the first elements
  const Shape* rest = nullptr;  // of the other members or elements; null: there are none
  bool rest_declared = false;   // the schema says what they are

  std::vector<const Shape*> branches = {};  // kUnion

  const Definition* definition = nullptr;  // kReference
};

// One constraint or possibility that the lowered schema does not carry.
struct Loss {
  std::string pointer = {};  // JSON Pointer of the schema that holds the keyword
  std::string keyword = {};
  std::string action = {};
  std::string reason = {};  // one sentence
};

// What was done with it.
namespace action {
inline constexpr std::string_view kDropped = "dropped";
inline constexpr std::string_view kDescribed = "moved to description";
// Some valid answers can't be given any more.
inline constexpr std::string_view kNarrowed = "narrowed";
// Replaced by JSON text in a string, which is read back.
inline constexpr std::string_view kText = "carried as JSON text";
}  // namespace action

// Owns shapes and definitions; their addresses are stable.
class Shapes {
 public:
  Shape* New(Kind kind, std::string pointer) {
    shapes_.push_back({.kind = kind, .pointer = std::move(pointer)});
    return &shapes_.back();
  }
  Shape* Copy(const Shape& shape) {
    shapes_.push_back(shape);
    return &shapes_.back();
  }
  Definition* NewDefinition(Definition definition) {
    definitions_.push_back(std::move(definition));
    return &definitions_.back();
  }
  size_t size() const { return shapes_.size(); }

 private:
  std::deque<Shape> shapes_;
  std::deque<Definition> definitions_;
};

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_SHAPE_H_
