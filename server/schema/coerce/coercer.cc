#include "server/schema/coerce/coercer.h"

#include <algorithm>
#include <utility>

#include "server/json/pointer.h"
#include "server/json/tolerant/repair_log.h"
#include "server/schema/program/program.h"

namespace extractd::schema {
namespace {

constexpr size_t kMaxNesting = 300;  // schemas within schemas
constexpr size_t kLeastSteps = 20'000;
constexpr size_t kStepsPerValue = 50;
constexpr size_t kMaxSteps = 20'000'000;
// A lossy change is worth as many lossless ones.
constexpr unsigned kLossyCost = 10;

size_t CountValues(const json::Value& value) {
  size_t count = 1;
  for (const json::Value& child : value) count += CountValues(child);
  return count;
}

void Build(const Node& node, json::Builder& out) {
  if (node.same != nullptr) return out.Copy(*node.same);
  switch (node.type) {
    case json::Type::kNull:
      return out.Null();
    case json::Type::kBoolean:
      return out.Boolean(node.boolean);
    case json::Type::kNumber:
      return out.Number(node.text);
    case json::Type::kString:
      return out.String(node.text);
    case json::Type::kArray:
      out.BeginArray();
      for (const Node& child : node.children) Build(child, out);
      return out.EndArray();
    case json::Type::kObject:
      out.BeginObject();
      for (const Node& child : node.children) {
        out.Key(child.name);
        Build(child, out);
      }
      return out.EndObject();
  }
}

}  // namespace

json::Document BuildDocument(const Node& node) {
  json::Builder builder;
  Build(node, builder);
  return builder.Finish();
}

std::optional<Coerced> Coercer::Run(BlockIndex block, const json::Value& value) {
  steps_left_ = std::min(kLeastSteps + (kStepsPerValue * CountValues(value)), kMaxSteps);
  const Made made = Coerce({block}, value);
  const bool bounded = repairs_.size() <= json::kMaxRepairs;
  if (!made.has_value() || repairs_.empty() || !bounded) return std::nullopt;
  return Coerced{.document = BuildDocument(*made), .repairs = std::move(repairs_)};
}

Coercer::Made Coercer::Coerce(const std::vector<BlockIndex>& blocks, const json::Value& value) {
  return blocks.empty() ? SameAs(value) : CoerceWithin(forms_.Of(blocks), value);
}

Coercer::Made Coercer::CoerceWithin(const Form& form, const json::Value& value) {
  if (depth_ == kMaxNesting || !Spend(1)) return std::nullopt;
  ++depth_;
  Made made = CoerceAs(form, value);
  --depth_;
  return made;
}

Coercer::Made Coercer::CoerceAs(const Form& form, const json::Value& value) {
  if (form.branches != nullptr) return CoerceUnion(form, value);
  if (!form.values.empty()) return CoerceChoice(form, value);
  if (!form.Allows(value.type())) return Convert(form, value);
  switch (value.type()) {
    case json::Type::kObject:
      return CoerceObject(form, value);
    case json::Type::kArray:
      return CoerceArray(form, value);
    case json::Type::kString:
      return CoerceString(form, value);
    case json::Type::kNumber:
      return CoerceNumber(form, value);
    default:
      return SameAs(value);
  }
}

Coercer::Made Coercer::CoerceChild(
    const std::vector<BlockIndex>& blocks, const json::Value& value, std::string token
) {
  path_.push_back(std::move(token));
  Made made = Coerce(blocks, value);
  path_.pop_back();
  return made;
}

bool Coercer::Spend(size_t steps) {
  steps_left_ -= std::min(steps, steps_left_);
  return steps_left_ > 0;
}

bool Coercer::Log(std::string_view kind, std::string before, std::string after, bool lossless) {
  if (!lossless && !options_.lossy) return false;
  if (repairs_.size() > json::kMaxRepairs) return false;
  json::Repair repair = {
      .kind = std::string(kind),
      .before = std::move(before),
      .after = std::move(after),
      .lossless = lossless,
  };
  for (const std::string& token : path_) {
    const size_t parent = repair.path.size();
    json::AppendToken(token, repair.path);
    if (repair.path.size() <= json::kMaxRepairPathBytes) continue;
    repair.path.resize(parent);
    break;
  }
  repairs_.push_back(std::move(repair));
  return true;
}

unsigned Coercer::CostSince(size_t mark) const {
  unsigned cost = 0;
  for (size_t i = mark; i < repairs_.size(); ++i) {
    if (repairs_[i].kind != coercion_kind::kUnion) cost += repairs_[i].lossless ? 1 : kLossyCost;
  }
  return cost;
}

const json::Value& Coercer::Keep(std::string_view text) {
  return kept_.emplace_back(json::Value::OfString(text));
}

std::optional<Coerced> Coerce(
    const CompiledSchema& schema, const json::Value& value, const CoerceOptions& options
) {
  return Coercer(schema.program(), options).Run(value);
}

std::optional<json::Type> OnlyTypeOf(const CompiledSchema& schema) {
  Forms forms(schema.program());
  const Form& form = forms.Of(schema.program().root);
  if (form.branches != nullptr) return std::nullopt;
  for (const json::Type type :
       {json::Type::kNull,
        json::Type::kBoolean,
        json::Type::kNumber,
        json::Type::kString,
        json::Type::kArray,
        json::Type::kObject}) {
    if (form.types == TypeBit(type)) return type;
  }
  return std::nullopt;
}

}  // namespace extractd::schema
