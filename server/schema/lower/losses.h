// Losses: the constraints that a lowered schema does not hold, each with an entry of its own.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_LOSSES_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_LOSSES_H_

#include <cstddef>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "server/schema/lower/shape.h"

namespace extractd::schema::lower {

// In the order they were found, each once: of the same place, keyword and action the first counts.
class Losses {
 public:
  void Add(Loss loss);
  void Add(const Constraint& constraint, std::string_view action, std::string_view reason);
  // Those of the keywords that the form of `shape` was read from.
  void AddStructure(
      const Shape& shape,
      std::initializer_list<std::string_view> keywords,
      std::string_view action,
      std::string_view reason
  );
  // Everything that `shape` and its parts say. A reference is named; what it refers to is not.
  void AddWhole(const Shape& shape, std::string_view action, std::string_view reason);

  // Where the list stands, to take back what is added later.
  struct Mark {
    size_t losses = 0;
    size_t whole = 0;
  };
  Mark mark() const { return {list_.size(), whole_order_.size()}; }
  void TakeBack(const Mark& mark);

  std::vector<Loss> Take();

 private:
  using Key = std::tuple<std::string, std::string, std::string>;

  std::vector<Loss> list_;
  std::set<Key> told_;
  std::unordered_set<const Shape*> whole_;  // told already
  std::vector<const Shape*> whole_order_;
};

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_LOSSES_H_
