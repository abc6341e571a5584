#include "server/json/incremental/path_reporter.h"

#include "server/json/pointer.h"

namespace extractd::json {
namespace {

using Kind = PathEvent::Kind;

bool IsContainer(const Value& value) {
  return value.is_array() || value.is_object();
}

// The child behind `last`; the first one if that is null. Null if there is none.
const Value* NextChild(const Value& container, const Value* last) {
  Value::Iterator next = container.begin();
  if (last != nullptr) next = ++Value::Iterator(last);
  return next == container.end() ? nullptr : &*next;
}

}  // namespace

void PathReporter::Report(
    const Builder& builder, std::optional<std::string_view> open_string, PathListener listener
) {
  const Value* root = builder.root();
  if (root == nullptr || finished_root_ != nullptr) return;
  if (frames_.empty()) Begin(*root, builder.depth() > 0, listener);
  Advance(&builder, listener);
  if (open_string.has_value() && !frames_.empty()) Grow(builder, *open_string, listener);
}

void PathReporter::Begin(const Value& root, bool open, PathListener listener) {
  if (!open) return TellFinished(root, listener);
  frames_.push_back({.container = &root});
  listener({.kind = Kind::kBegan, .path = path_, .type = root.type()});
}

// To the end of what is there. `builder`: knows which arrays and objects are open; null: none.
void PathReporter::Advance(const Builder* builder, PathListener listener) {
  const auto is_open = [builder](const Value& value, size_t level) {
    return builder != nullptr && level < builder->depth() && &builder->open(level) == &value;
  };
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    const Value* child = NextChild(*frame.container, frame.last);
    if (child == nullptr) {
      if (is_open(*frame.container, frames_.size() - 1)) return;
      const Frame finished = frame;
      frames_.pop_back();
      TellFinished(*finished.container, listener);
      path_.resize(finished.parent_path);
      continue;
    }
    const size_t parent_path = string_open_ ? string_parent_path_ : path_.size();
    if (string_open_) {
      TellGrowth(child->string(), listener);
      string_open_ = false;
    } else {
      AppendChild(child->key());
    }
    frame.last = child;
    ++frame.children;
    if (is_open(*child, frames_.size())) {
      listener({.kind = Kind::kBegan, .path = path_, .type = child->type()});
      frames_.push_back({.container = child, .parent_path = parent_path});
    } else {
      TellFinished(*child, listener);
      path_.resize(parent_path);
    }
  }
}

void PathReporter::Grow(const Builder& builder, std::string_view string, PathListener listener) {
  if (!string_open_) {
    string_parent_path_ = path_.size();
    AppendChild(builder.next_key());
    string_open_ = true;
    string_told_.clear();
    listener({.kind = Kind::kBegan, .path = path_, .type = Type::kString});
  }
  TellGrowth(string, listener);
}

void PathReporter::TellGrowth(std::string_view string, PathListener listener) {
  const std::string_view text = string.substr(string_told_.size());
  if (text.empty()) return;
  listener({.kind = Kind::kGrew, .path = path_, .type = Type::kString, .text = text});
  string_told_ += text;
}

void PathReporter::TellFinished(const Value& value, PathListener listener) {
  if (frames_.empty()) finished_root_ = &value;
  listener({.kind = Kind::kFinished, .path = path_, .type = value.type(), .value = &value});
}

// Of the innermost frame.
void PathReporter::AppendChild(std::string_view key) {
  const Frame& parent = frames_.back();
  if (parent.container->is_object()) {
    AppendToken(key, path_);
  } else {
    AppendToken(parent.children, path_);
  }
}

void PathReporter::Settle(const Value& root, PathListener listener) {
  if (finished_root_ != nullptr && Equal(*finished_root_, root)) return;
  if (finished_root_ != nullptr || !Rebase(root)) Restart(listener);
  if (frames_.empty()) Begin(root, /*open=*/false, listener);
  Advance(/*builder=*/nullptr, listener);
}

void PathReporter::Abandon(const Value* root, PathListener listener) {
  const bool same = root != nullptr &&
                    (finished_root_ != nullptr ? Equal(*finished_root_, *root) : Rebase(*root));
  if (!same) Restart(listener);
}

void PathReporter::Restart(PathListener listener) {
  const bool told = finished_root_ != nullptr || !frames_.empty();
  frames_.clear();
  finished_root_ = nullptr;
  path_.clear();
  string_open_ = false;
  if (told) listener({.kind = Kind::kRestarted});
}

// Makes the cursor one into `root`; false if that has not all of what was told.
bool PathReporter::Rebase(const Value& root) {
  const Value* value = &root;
  for (size_t level = 0; level < frames_.size(); ++level) {
    const Value* child = nullptr;
    if (value == nullptr || !RebaseFrame(level, *value, child)) return false;
    value = child;
  }
  return !string_open_ || HoldsOpenString(value);
}

// `value`: what stands where the string grew; null if there is nothing.
bool PathReporter::HoldsOpenString(const Value* value) const {
  if (value == nullptr || !value->is_string()) return false;
  std::string token;
  if (frames_.back().container->is_object()) AppendToken(value->key(), token);
  const bool same_path = token.empty() || path_.substr(string_parent_path_) == token;
  return same_path && value->string().starts_with(string_told_);
}

// `child`: that in which the next frame or the open string should be found.
bool PathReporter::RebaseFrame(size_t level, const Value& container, const Value*& child) {
  Frame& frame = frames_[level];
  if (container.type() != frame.container->type() || !IsContainer(container)) return false;
  const bool innermost = level + 1 == frames_.size();
  // The last child that was told of is the next frame's container, which is not finished.
  const size_t finished = frame.children - (innermost ? 0 : 1);
  const Value* told = nullptr;
  const Value* last = nullptr;
  for (size_t i = 0; i < finished; ++i) {
    told = NextChild(*frame.container, told);
    last = NextChild(container, last);
    if (last == nullptr || last->key() != told->key() || !Equal(*last, *told)) return false;
  }
  child = NextChild(container, last);
  if (!innermost) {
    if (child == nullptr || child->key() != frames_[level + 1].container->key()) return false;
    last = child;
  }
  frame.container = &container;
  frame.last = last;
  return true;
}

}  // namespace extractd::json
