// Coercion under anyOf and oneOf: every branch is tried with what stands beside the union, the one
// that takes the least change is taken.
#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "server/json/tolerant/repair_log.h"
#include "server/json/write.h"
#include "server/schema/coerce/coercer.h"
#include "server/schema/evaluate/evaluator.h"

namespace extractd::schema {

// A way to fit one branch.
struct Fit {
  unsigned cost = std::numeric_limits<unsigned>::max();
  size_t branch = 0;
  Node node = {};
  std::vector<json::Repair> repairs = {};
};

namespace {

std::string TextOf(const Node& node) {
  return json::ToText(node.same != nullptr ? *node.same : BuildDocument(node).root());
}

}  // namespace

Coercer::Made Coercer::CoerceUnion(const Form& form, const json::Value& value) {
  const size_t mark = repairs_.size();
  const unsigned strangers = strangers_;
  Fit best;
  size_t fitting = 0;
  bool doubtful = false;  // another branch costs the same and makes something else
  for (size_t branch = 0; branch < form.branches->size(); ++branch) {
    const BlockIndex block = (*form.branches)[branch];
    Made made = CoerceWithin(forms_.OfBranch(form, branch), value);
    if (made.has_value() && Holds(block, *made)) {
      ++fitting;
      const unsigned cost = (2 * CostSince(mark)) + (strangers_ - strangers);
      if (cost == best.cost && cost > 0) doubtful = doubtful || TextOf(*made) != TextOf(best.node);
      if (cost < best.cost) {
        doubtful = false;
        best = {
            cost,
            branch,
            std::move(*made),
            {repairs_.begin() + std::ptrdiff_t(mark), repairs_.end()}
        };
      }
    }
    repairs_.resize(mark);
    strangers_ = strangers;
  }
  if (fitting == 0 || doubtful) return std::nullopt;
  std::ranges::move(best.repairs, std::back_inserter(repairs_));
  if (fitting > 1 && best.cost > 0) LogUnion(form, value, best.branch, fitting);
  return std::move(best.node);
}

void Coercer::LogUnion(const Form& form, const json::Value& value, size_t taken, size_t fitting) {
  const std::string& title = forms_.Of((*form.branches)[taken]).title;
  Log(coercion_kind::kUnion,
      Short(value),
      json::RepairText(fmt::format(
          "branch {}{}{}: least changed of {} that fit",
          taken + 1,
          title.empty() ? "" : " ",
          title,
          fitting
      )));
}

bool Coercer::Holds(BlockIndex block, const Node& node) {
  const ValidateOptions validation = {.assert_formats = options_.assert_formats};
  const json::Document made = node.same == nullptr ? BuildDocument(node) : json::Document();
  const json::Value& value = node.same == nullptr ? made.root() : *node.same;
  return Spend(1 + value.size()) && Evaluator(program_, validation, nullptr).Run(block, value);
}

}  // namespace extractd::schema
