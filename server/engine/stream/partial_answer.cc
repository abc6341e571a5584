#include "server/engine/stream/partial_answer.h"

#include <optional>
#include <utility>

#include "server/base/utf8.h"
#include "server/engine/stream/answer_text.h"
#include "server/engine/stream/carrying_form.h"
#include "server/json/pointer.h"
#include "server/json/write.h"
#include "server/schema/lower/carry/carry.h"
#include "server/schema/wrap/members.h"

namespace extractd {
namespace {

using json::Type;
using schema::PartialSchema;
namespace lower = schema::lower;

PartialSchema::Options OptionsOf(const schema::JudgeOptions& options) {
  return {
      .coerces = options.max_loss != json::MaxLoss::kNone,
      .lossy = options.max_loss == json::MaxLoss::kLossy,
      .assert_formats = options.assert_formats,
  };
}

bool IsContainer(Type type) {
  return type == Type::kArray || type == Type::kObject;
}

// The member of the object on the wire that holds the caller's value.
std::string_view WrapperOf(const lower::Forms* forms, schema::Wrapping wrapping) {
  switch (wrapping) {
    case schema::Wrapping::kNone:
      return forms != nullptr && forms->wrapped ? lower::kRootMember : std::string_view();
    case schema::Wrapping::kList:
      return schema::wrapper::kItems;
    case schema::Wrapping::kValue:
    case schema::Wrapping::kMaybe:
      return schema::wrapper::kValue;
  }
  return {};
}

}  // namespace

PartialAnswer::PartialAnswer(
    const schema::CompiledSchema& schema,
    const schema::JudgeOptions& options,
    schema::Wrapping wrapping
)
    : forms_(options.lowered == nullptr ? nullptr : options.lowered->forms()),
      wrapping_(wrapping),
      repairs_(options.max_loss != json::MaxLoss::kNone),
      wrapper_(WrapperOf(forms_, wrapping)),
      schema_(schema, OptionsOf(options)) {}

void PartialAnswer::Feed(std::string_view piece, OpListener listener) {
  parser_.Feed(piece, [&](const json::PathEvent& event) { OnEvent(event, listener); });
}

void PartialAnswer::Settle(std::string_view json, OpListener listener) {
  frames_.clear();
  path_.clear();
  const std::string shown = shown_.Text();
  if (shown != json && !IsSameValue(shown, json)) {
    listener({.kind = PartialOp::Kind::kSet, .text = json});
    shown_.Clear();
    shown_.Add(json);
  }
  TellComplete(listener);
}

void PartialAnswer::OnEvent(const json::PathEvent& event, OpListener listener) {
  switch (event.kind) {
    case json::PathEvent::Kind::kBegan:
      return Begin(event, listener);
    case json::PathEvent::Kind::kGrew:
      return Grow(event.text, listener);
    case json::PathEvent::Kind::kFinished:
      return Finish(event, listener);
    case json::PathEvent::Kind::kRestarted:
      return Restart(listener);
  }
}

void PartialAnswer::Begin(const json::PathEvent& event, OpListener listener) {
  const bool wrapper = frames_.empty() && !wrapper_.empty();
  Frame frame = {.node = Enter(event), .type = event.type, .wire_path = event.path.size()};
  frame.wrapper = wrapper;
  const bool ours = wrapper || frame.node.is_list;
  const Frame* parent = frames_.empty() ? nullptr : &frames_.back();
  frame.parent_path = ExtendPath(frame.node);
  if (frame.node.mode == Mode::kShown && IsContainer(event.type) && !ours) {
    const std::string_view empty = event.type == Type::kObject ? "{}" : "[]";
    Announce(parent, frame.parent_path, frame.node, empty, listener);
    shown_.Begin(event.type);
  }
  frames_.push_back(std::move(frame));
}

void PartialAnswer::Grow(std::string_view text, OpListener listener) {
  Frame& frame = frames_.back();
  if (frame.node.mode != Mode::kShown) return;
  const std::string clean = IsValidUtf8(text) ? std::string() : ReplaceInvalidUtf8(text);
  if (!clean.empty()) text = clean;
  if (frame.begun) {
    shown_.AppendText(text);
    listener({.kind = PartialOp::Kind::kAppendText, .path = path_, .text = text});
    return;
  }
  frame.held += text;
  frame.characters += CountCodePoints(text);
  if (frame.characters < schema_.LeastTextOf(frame.node.block)) return;
  frame.begun = true;
  std::string quoted;
  json::WriteString(frame.held, quoted);
  const Frame* parent = frames_.size() < 2 ? nullptr : &frames_[frames_.size() - 2];
  Announce(parent, frame.parent_path, frame.node, quoted, listener);
  shown_.BeginText(frame.held);
  frame.held.clear();
}

void PartialAnswer::Finish(const json::PathEvent& event, OpListener listener) {
  const bool open = !frames_.empty() && frames_.back().wire_path == event.path.size();
  if (open) return FinishFrame(*event.value, listener);
  if (frames_.empty() && !wrapper_.empty()) return TellWrapped(*event.value, listener);
  const Node node = Enter(event);
  if (node.is_list) return TellItems(node, *event.value, listener);
  Frame* parent = frames_.empty() ? nullptr : &frames_.back();
  const size_t parent_path = ExtendPath(node);
  if (node.mode != Mode::kHidden) TellWhole(parent, parent_path, node, *event.value, listener);
  path_.resize(parent_path);
}

void PartialAnswer::FinishFrame(const json::Value& value, OpListener listener) {
  const Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (frame.wrapper || frame.node.is_list) return;
  Frame* parent = frames_.empty() ? nullptr : &frames_.back();
  const bool told = frame.node.mode == Mode::kShown && (frame.begun || IsContainer(frame.type));
  if (told) {
    frame.begun ? shown_.EndText() : shown_.End();
    // The root is judged as the answer.
    if (frame.node.is_member || frame.node.is_element) Close(frame.node, value, listener);
  } else if (frame.node.mode != Mode::kHidden) {
    TellWhole(parent, frame.parent_path, frame.node, value, listener);
  }
  path_.resize(frame.parent_path);
}

void PartialAnswer::Restart(OpListener listener) {
  if (!shown_.empty()) listener({.kind = PartialOp::Kind::kSet, .text = "null"});
  frames_.clear();
  path_.clear();
  shown_.Clear();
  hopeless_ = {};
  items_stopped_ = true;
}

PartialAnswer::Node PartialAnswer::Enter(const json::PathEvent& event) {
  if (frames_.empty()) return EnterRoot(event.type);
  Node node;
  Frame& parent = frames_.back();
  node.index = parent.read++;
  if (parent.node.mode != Mode::kShown || parent.stopped) return {.mode = Mode::kHidden};
  if (parent.type == Type::kArray) {
    node.is_element = true;
    node.is_item = parent.node.is_list;
    node.block = schema_.Element(parent.node.block, node.index);
    const lower::Form* form = parent.node.form;
    if (form != nullptr) node.form = CarryingForm(form->ElementAt(node.index), event.type);
  } else if (parent.wrapper) {
    const std::string name = Unescape(event.path.substr(parent.wire_path + 1));
    return name == wrapper_ ? EnterWrapped(event.type) : Node{.mode = Mode::kHidden};
  } else {
    EnterMember(parent, event, node);
  }
  if (node.mode == Mode::kShown) node.mode = ModeOf(node, event.type);
  if (node.is_item) node.mode = Mode::kWaits;
  return node;
}

PartialAnswer::Node PartialAnswer::EnterRoot(Type type) {
  if (!wrapper_.empty()) return {.mode = type == Type::kObject ? Mode::kShown : Mode::kHidden};
  Node node = {.block = schema_.root()};
  if (forms_ != nullptr) node.form = CarryingForm(forms_->root, type);
  node.mode = ModeOf(node, type);
  return node;
}

void PartialAnswer::EnterMember(const Frame& parent, const json::PathEvent& event, Node& node) {
  node.name = Unescape(event.path.substr(parent.wire_path + 1));
  node.is_member = true;
  if (const lower::Form* form = parent.node.form) {
    node.member = form->FindMember(node.name, lower::Side::kWire);
    const bool other = node.member == nullptr;
    if (!other) {
      node.form = CarryingForm(node.member->form, event.type);
      node.name = node.member->name;
    } else if (form->pairs.empty()) {
      node.form = CarryingForm(form->rest, event.type);
    } else if (node.name == form->pairs) {
      node.mode = Mode::kHidden;
      return;
    }
  }
  if (schema_.Forbids(parent.node.block, node.name)) {
    node.mode = Mode::kHidden;
    return;
  }
  node.block = schema_.Member(parent.node.block, node.name);
}

PartialAnswer::Mode PartialAnswer::ModeOf(const Node& node, Type type) {
  using lower::FormKind;
  if (node.member != nullptr && node.member->boxed) return Mode::kWaits;
  if (node.form != nullptr) {
    const bool same_kind = (node.form->kind == FormKind::kObject && type == Type::kObject) ||
                           (node.form->kind == FormKind::kArray && type == Type::kArray);
    if (!same_kind) return Mode::kWaits;
  }
  const bool grows = schema_.ShowingOf(node.block, type) == PartialSchema::Showing::kGrows;
  return grows ? Mode::kShown : Mode::kWaits;
}

size_t PartialAnswer::ExtendPath(const Node& node) {
  const size_t size = path_.size();
  if (node.is_member) json::AppendToken(node.name, path_);
  if (node.is_element) json::AppendToken(node.index, path_);
  return size;
}

void PartialAnswer::Announce(
    const Frame* parent,
    size_t parent_path,
    const Node& node,
    std::string_view text,
    OpListener listener
) {
  if (parent != nullptr && node.is_member) shown_.Name(node.name);
  const std::string_view path = path_;
  if (node.is_element) {
    listener(
        {.kind = PartialOp::Kind::kAppendElement, .path = path.substr(0, parent_path), .text = text}
    );
  } else {
    listener({.kind = PartialOp::Kind::kSet, .path = path, .text = text});
  }
}

void PartialAnswer::TellWhole(
    Frame* parent,
    size_t parent_path,
    const Node& node,
    const json::Value& value,
    OpListener listener
) {
  if (node.is_item) {
    items_stopped_ = !TellItem(node, value, listener) || items_stopped_;
    return;
  }
  const json::Value* told = &value;
  if (node.member != nullptr && node.member->nulled && value.is_null()) return;
  if (node.member != nullptr && node.member->boxed && value.is_array()) {
    if (value.size() == 0) return;
    if (value.size() == 1) told = &*value.begin();
  }
  if (node.form == nullptr) return TellValue(parent, parent_path, node, *told, listener);
  const json::Document carried = lower::CarryBack(*node.form, *told);
  TellValue(parent, parent_path, node, carried.root(), listener);
}

void PartialAnswer::TellValue(
    Frame* parent,
    size_t parent_path,
    const Node& node,
    const json::Value& value,
    OpListener listener
) {
  using Worth = PartialSchema::Judged::Worth;
  const PartialSchema::Judged judged = schema_.Judge(node.block, value);
  if (judged.worth == Worth::kHopeless) {
    GiveUp(node, value);
    if (parent != nullptr) parent->stopped = parent->stopped || node.is_element;
    return;
  }
  const json::Value& told = judged.worth == Worth::kCoerced ? judged.coerced->root() : value;
  const std::string text = json::ToText(told);
  Announce(parent, parent_path, node, text, listener);
  shown_.Add(text);
  const bool may_go_on = IsContainer(told.type()) || told.is_string();
  const bool root = !node.is_member && !node.is_element;
  if (root) return;
  if (may_go_on) {
    TellComplete(listener);
  } else if (tracks_paths_) {
    shown_.NoteComplete(path_);
  }
}

void PartialAnswer::Close(const Node& node, const json::Value& value, OpListener listener) {
  using Worth = PartialSchema::Judged::Worth;
  const json::Value* closed = &value;
  std::optional<json::Document> carried;
  if (node.form != nullptr) {
    carried = lower::CarryBack(*node.form, value);
    closed = &carried->root();
  }
  const Worth worth = schema_.Judge(node.block, *closed).worth;
  if (worth == Worth::kValid) TellComplete(listener);
  if (worth == Worth::kHopeless) GiveUp(node, *closed);
}

void PartialAnswer::TellComplete(OpListener listener) {
  listener({.kind = PartialOp::Kind::kComplete, .path = path_});
  if (tracks_paths_) shown_.NoteComplete(path_);
}

void PartialAnswer::GiveUp(const Node& node, const json::Value& value) {
  if (!hopeless_.empty() || !StartsWithValue(parser_.text())) return;
  hopeless_ = schema_.IssuesOf(node.block, value, path_);
  for (schema::Issue& issue : hopeless_.listed) {
    if (wrapping_ == schema::Wrapping::kNone) break;
    issue.schema_path = schema::CallersSchemaPath(wrapping_, issue.schema_path);
  }
}

}  // namespace extractd
