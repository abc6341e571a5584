// Slices of a schema: what holds for one place of an instance, without the rest.
#ifndef EXTRACTD_SERVER_SCHEMA_PATCH_SLICE_H_
#define EXTRACTD_SERVER_SCHEMA_PATCH_SLICE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/value.h"

namespace extractd::schema {

// Follows instances into one schema. What it finds are the subschemas that name a place; rules that
// hold for it besides, such as those of `if`, are not looked for: whoever uses a slice validates
// the whole in the end. The root outlives this.
class SchemaWalk {
 public:
  explicit SchemaWalk(const json::Value& root) : root_(root) {}

  // The subschema for the member or element `token` of a value that `schema` describes; null: there
  // is none, or not just one.
  const json::Value* Step(const json::Value& schema, std::string_view token) const;
  // `schema`, or what it is a reference to; null: a reference that is not followed.
  const json::Value* Target(const json::Value& schema) const;

 private:
  const json::Value* StepWithin(const json::Value& schema, std::string_view token, int depth) const;

  const json::Value& root_;
};

// One part of a slice: a property of ours with a subschema of the caller's.
struct SlicePart {
  std::string name = {};
  const json::Value* schema = nullptr;
};

// The schema of an object with exactly these properties, all required, as text with the definitions
// that they refer to. Nothing: they refer to what would not stand where it stood.
std::optional<std::string> SliceText(const json::Value& root, const std::vector<SlicePart>& parts);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PATCH_SLICE_H_
