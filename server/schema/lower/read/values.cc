#include "server/schema/lower/read/values.h"

#include <algorithm>

#include "server/json/decimal.h"
#include "server/schema/lower/read/keywords.h"

namespace extractd::schema::lower {
namespace {

bool HasType(const json::Value& value, const json::Value* type) {
  if (type == nullptr) return true;
  const auto fits = [&value](const json::Value& name) {
    if (!name.is_string()) return false;
    if (name.string() == "integer") return value.is_number() && json::IsInteger(value.number());
    return name.string() == json::TypeName(value.type());
  };
  return type->is_string() ? fits(*type) : std::ranges::any_of(*type, fits);
}

std::vector<const json::Value*> AllowedValues(const json::Value& schema) {
  const json::Value* constant = schema.Find("const");
  std::vector<const json::Value*> values;
  if (const json::Value* list = schema.Find("enum")) {
    for (const json::Value& value : *list) {
      if (constant == nullptr || json::Equal(value, *constant)) values.push_back(&value);
    }
  } else {
    values.push_back(constant);
  }
  std::erase_if(values, [&schema](const json::Value* value) {
    return !HasType(*value, schema.Find("type"));
  });
  return values;
}

// null, and both booleans, are all values of their type.
void NameWholeType(Shape& shape) {
  const json::Value& first = *shape.values.front();
  if (first.is_null()) shape.kind = Kind::kNull;
  const bool both = first.is_boolean() &&
                    std::ranges::any_of(shape.values, &json::Value::boolean) &&
                    !std::ranges::all_of(shape.values, &json::Value::boolean);
  if (both) shape.kind = Kind::kBoolean;
}

}  // namespace

std::vector<const Shape*> ReadValues(
    const json::Value& schema, const std::string& pointer, Shapes& shapes
) {
  std::vector<Shape*> made;
  for (const json::Value* value : AllowedValues(schema)) {
    const auto same = std::ranges::find_if(made, [value](const Shape* shape) {
      return shape->values.front()->type() == value->type();
    });
    if (same != made.end()) {
      (*same)->values.push_back(value);
      continue;
    }
    made.push_back(shapes.New(Kind::kEnum, pointer));
    made.back()->values.push_back(value);
    TakeKeywords(KindNamed(json::TypeName(value->type())), schema, pointer, *made.back());
  }
  if (made.empty()) {
    made.push_back(shapes.New(Kind::kNever, pointer));
    TakeKeywords(Kind::kNever, schema, pointer, *made.back());
    return {made.begin(), made.end()};
  }
  for (Shape* shape : made) NameWholeType(*shape);
  return {made.begin(), made.end()};
}

}  // namespace extractd::schema::lower
