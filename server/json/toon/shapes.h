// Which objects have the same members, however deep: what makes a table of an array.
#ifndef EXTRACTD_SERVER_JSON_TOON_SHAPES_H_
#define EXTRACTD_SERVER_JSON_TOON_SHAPES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include <absl/container/flat_hash_map.h>

#include "server/base/strings.h"
#include "server/json/value.h"

namespace extractd::json::toon {

// The shapes of all objects in a value, found in one pass, so that asking costs nothing however
// deep tables lie in tables. The value must outlive this.
class Shapes {
 public:
  explicit Shapes(const Value& root) { Visit(root); }

  // The children of `container` are non-empty objects with the same names, whose values are all
  // scalars, or again such objects, for each name: they are the rows of a table.
  bool AreRows(const Value& container) const;

 private:
  using Shape = std::uint32_t;
  static constexpr Shape kNone = 0;  // an array, an empty object, or an object with one in it
  static constexpr Shape kScalar = 1;

  Shape Visit(const Value& value);
  Shape VisitObject(const Value& object);

  absl::flat_hash_map<const Value*, Shape> objects_;
  StringMap<Shape> known_;  // by names and shapes of the members
};

}  // namespace extractd::json::toon

#endif  // EXTRACTD_SERVER_JSON_TOON_SHAPES_H_
