// The record of what a repairing parser changed, and where it stood.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_REPAIR_LOG_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_REPAIR_LOG_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/repair.h"

namespace extractd::json {

// A longer pointer is cut to that of the nearest parent that fits, so that long names deep in a
// hostile text cannot multiply.
inline constexpr size_t kMaxRepairPathBytes = 1000;

// Where a reader stands: the arrays and objects it is in, and the child it is at in each.
class Place {
 public:
  void EnterArray() { steps_.emplace_back(); }
  void EnterObject() { steps_.push_back({.object = true}); }
  void Leave() { steps_.pop_back(); }
  void Clear() { steps_.clear(); }
  // The next element of the innermost array.
  void NextElement() { ++steps_.back().children; }
  // The member of that name in the innermost object; `key` must live as long as the reader is in
  // it.
  void Member(std::string_view key) {
    steps_.back().key = key;
    ++steps_.back().children;
  }

  size_t depth() const { return steps_.size(); }
  bool in_object() const { return !steps_.empty() && steps_.back().object; }
  // The array or object at `depth`, 0 being the outermost, is an object. REQUIRES: depth < depth().
  bool is_object(size_t depth) const { return steps_[depth].object; }
  // JSON Pointers to the innermost array or object, and to the child in it that the reader is at.
  std::string ContainerPointer() const;
  std::string ChildPointer() const;

 private:
  struct Step {
    bool object = false;
    std::string_view key = {};  // of the member
    size_t children = 0;        // begun so far
  };
  std::string Pointer(size_t steps) const;

  std::vector<Step> steps_;
};

// The changes of one value, each with the place at which it was made.
class RepairLog {
 public:
  // What stood there and what stands there now, as RepairText or ToShortText give it.
  struct Change {
    std::string before = {};
    std::string after = {};
    bool lossless = true;
  };

  Place& place() { return place_; }
  const Place& place() const { return place_; }

  // A change of the member or element that the reader is at, or of the array or object around it.
  void AddToChild(std::string_view kind, Change change);
  void AddToContainer(std::string_view kind, Change change);

  // There are more than kMaxRepairs; no further ones are kept.
  bool overflows() const;
  std::vector<Repair> Take();
  void Clear();

 private:
  void Add(std::string path, std::string_view kind, Change change);

  Place place_;
  std::vector<Repair> repairs_;
};

// `text` as a repair shows it: valid UTF-8, in which a byte that is none stands as \xHH, and at
// most kMaxRepairTextBytes long.
std::string RepairText(std::string_view text);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_REPAIR_LOG_H_
