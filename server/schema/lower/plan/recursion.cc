#include "server/schema/lower/plan/recursion.h"

#include <unordered_set>
#include <vector>

namespace extractd::schema::lower {
namespace {

// The definitions that a shape refers to, in the order of the schema.
std::vector<const Definition*> References(const Shape* shape) {
  std::vector<const Definition*> found;
  std::unordered_set<const Shape*> seen;
  std::vector<const Shape*> open = {shape};
  const auto push = [&](const Shape* next) {
    if (next != nullptr && seen.insert(next).second) open.push_back(next);
  };
  while (!open.empty()) {
    const Shape* next = open.back();
    open.pop_back();
    if (next == nullptr) continue;
    if (next->kind == Kind::kReference) found.push_back(next->definition);
    for (const Property& property : next->properties) push(property.shape);
    for (const Shape* element : next->prefix) push(element);
    for (const Shape* branch : next->branches) push(branch);
    push(next->rest);
  }
  return found;
}

struct Visit {
  const Definition* definition = nullptr;
  std::vector<const Definition*> targets = {};
  size_t next = 0;
};

}  // namespace

std::set<Edge> BackEdges(const Shape& root) {
  std::set<Edge> back;
  std::unordered_set<const Definition*> done;
  std::unordered_set<const Definition*> open;
  std::vector<Visit> path;
  path.push_back({.targets = References(&root)});
  while (!path.empty()) {
    Visit& visit = path.back();
    if (visit.next == visit.targets.size()) {
      open.erase(visit.definition);
      done.insert(visit.definition);
      path.pop_back();
      continue;
    }
    const Definition* target = visit.targets[visit.next++];
    if (open.contains(target)) back.insert({visit.definition, target});
    if (open.contains(target) || done.contains(target)) continue;
    open.insert(target);
    path.push_back({.definition = target, .targets = References(target->shape)});
  }
  return back;
}

}  // namespace extractd::schema::lower
