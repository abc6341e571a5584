// PartialAnswer, of answers within an object of ours: the caller's value, or the items of a list.
#include <optional>
#include <utility>

#include "server/engine/stream/answer_text.h"
#include "server/engine/stream/carrying_form.h"
#include "server/engine/stream/partial_answer.h"
#include "server/json/write.h"
#include "server/schema/lower/carry/carry.h"

namespace extractd {

using json::Type;
using schema::PartialSchema;
namespace lower = schema::lower;

PartialAnswer::Node PartialAnswer::WrappedPlace(Type type) {
  Node node;
  if (wrapping_ == schema::Wrapping::kNone) {
    node.block = schema_.root();
    node.form = CarryingForm(forms_->root, type);
    return node;
  }
  node.block = schema_.Member(schema_.root(), wrapper_);
  node.is_list = wrapping_ == schema::Wrapping::kList;
  const lower::Form* around = forms_ == nullptr ? nullptr : lower::Follow(forms_->root);
  if (around != nullptr) node.member = around->FindMember(wrapper_, lower::Side::kWire);
  if (node.member != nullptr) node.form = CarryingForm(node.member->form, type);
  return node;
}

PartialAnswer::Node PartialAnswer::EnterWrapped(Type type) {
  Node node = WrappedPlace(type);
  node.mode = ModeOf(node, type);
  const bool absent = wrapping_ == schema::Wrapping::kMaybe && type == Type::kNull;
  if (absent) node.mode = Mode::kHidden;
  if (!node.is_list) return node;
  // Another list of that name takes back what the first one had.
  items_stopped_ = items_stopped_ || std::exchange(list_began_, true);
  // A list whose own form differs is read as a whole, at its end.
  const bool told = type == Type::kArray && node.mode == Mode::kShown;
  return told ? node : Node{.mode = Mode::kHidden};
}

void PartialAnswer::TellWrapped(const json::Value& object, OpListener listener) {
  if (wrapping_ == schema::Wrapping::kNone) {
    const json::Document carried = lower::CarryBack(*forms_, object);
    return TellValue(nullptr, 0, {.block = schema_.root()}, carried.root(), listener);
  }
  const json::Value* value = object.is_object() ? object.Find(wrapper_) : nullptr;
  if (value == nullptr) return;
  const Node node = EnterWrapped(value->type());
  if (node.mode == Mode::kHidden) return;
  if (node.is_list) return TellItems(node, *value, listener);
  TellWhole(nullptr, 0, node, *value, listener);
}

void PartialAnswer::TellItems(const Node& list, const json::Value& items, OpListener listener) {
  if (list.mode == Mode::kHidden || !items.is_array()) return;
  Node item = {.mode = Mode::kWaits, .is_element = true, .is_item = true};
  for (const json::Value& value : items) {
    item.block = schema_.Element(list.block, item.index);
    if (list.form != nullptr) {
      item.form = CarryingForm(list.form->ElementAt(item.index), value.type());
    }
    const size_t size = ExtendPath(item);
    TellWhole(nullptr, size, item, value, listener);
    path_.resize(size);
    ++item.index;
  }
}

bool PartialAnswer::TellItem(const Node& item, const json::Value& value, OpListener listener) {
  const bool known = item.block != schema::kNoBlock;
  if (items_stopped_ || !known || !IsSure()) return false;
  const json::Value* given = &value;
  std::optional<json::Document> carried;
  if (item.form != nullptr) {
    carried = lower::CarryBack(*item.form, value);
    given = &carried->root();
  }
  const PartialSchema::Judged judged = schema_.Judge(item.block, *given);
  if (judged.worth == PartialSchema::Judged::Worth::kHopeless) {
    GiveUp(item, *given);
    return false;
  }
  const json::Value& told = judged.coerced.has_value() ? judged.coerced->root() : *given;
  const std::string text = json::ToText(told);
  // Names that stand twice and halves of surrogate pairs become something else in the end.
  if (!IsPlainJson(json::ToText(value))) return false;
  listener({.kind = PartialOp::Kind::kItem, .text = text, .repairs = judged.repairs});
  return true;
}

bool PartialAnswer::IsSure() const {
  if (!parser_.strict()) return false;
  return repairs_ ? StartsWithValue(parser_.text()) : StartsWithBracket(parser_.text());
}

}  // namespace extractd
