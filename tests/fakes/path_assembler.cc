#include "tests/fakes/path_assembler.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/incremental/incremental_parser.h"
#include "server/json/pointer.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

bool IsContainer(Type type) {
  return type == Type::kArray || type == Type::kObject;
}

std::string Difference(const TolerantResult& pieces, const TolerantResult& whole) {
  if (pieces.document.has_value() != whole.document.has_value()) return "another document";
  if (whole.document.has_value()) {
    const std::string found = ToText(pieces.document->root());
    const std::string expected = ToText(whole.document->root());
    if (found != expected) return fmt::format("the result {} instead of {}", found, expected);
  }
  if (pieces.truncated != whole.truncated) return "another truncation";
  if (pieces.error != whole.error || pieces.error_offset != whole.error_offset) {
    return "another error";
  }
  const bool same =
      std::ranges::equal(pieces.repairs, whole.repairs, [](const Repair& a, const Repair& b) {
        return a.path == b.path && a.kind == b.kind && a.before == b.before && a.after == b.after &&
               a.lossless == b.lossless;
      });
  return same ? "" : "other repairs";
}

// The text is the reason for each restart: it is not JSON, or names a member twice.
bool MayRestart(const TolerantResult& result) {
  return !result.document.has_value() || !result.repairs.empty();
}

std::string Agreement(const PathAssembler& assembler, const TolerantResult& result) {
  if (assembler.restarts() > 0 && !MayRestart(result)) return "a restart without a reason";
  if (!result.document.has_value()) return assembler.begun() ? "something told of nothing" : "";
  const Value& root = result.document->root();
  if (result.truncated) {
    const bool agrees = !assembler.begun() || assembler.IsBeginningOf(root);
    return agrees ? "" : "told " + assembler.Text() + ", which is no beginning of the result";
  }
  const bool same = assembler.finished() && assembler.Text() == ToText(root);
  return same ? "" : "told " + assembler.Text() + ", not the result";
}

}  // namespace

std::string PathAssembler::Apply(const PathEvent& event) {
  switch (event.kind) {
    case PathEvent::Kind::kBegan:
      return Begin(event);
    case PathEvent::Kind::kGrew: {
      const auto path = SplitPointer(event.path);
      Node* node = path.has_value() ? Find(*path, path->size()) : nullptr;
      if (node == nullptr || node->type != Type::kString || node->finished) return "growth of none";
      if (event.text.empty()) return "growth by nothing";
      node->text += event.text;
      return "";
    }
    case PathEvent::Kind::kFinished:
      return Finish(event);
    case PathEvent::Kind::kRestarted:
      if (root_ == nullptr) return "restart of nothing";
      root_.reset();
      ++restarts_;
      return "";
  }
  return "an unknown event";
}

std::string PathAssembler::Begin(const PathEvent& event) {
  const auto path = SplitPointer(event.path);
  std::unique_ptr<Node>* place = path.has_value() ? Add(*path) : nullptr;
  if (place == nullptr) return fmt::format("{} begins where nothing can", event.path);
  if (!IsContainer(event.type) && event.type != Type::kString) return "a plain value begins";
  *place = std::make_unique<Node>(Node{.type = event.type});
  return "";
}

std::string PathAssembler::Finish(const PathEvent& event) {
  const auto path = SplitPointer(event.path);
  if (!path.has_value() || event.value == nullptr) return "no path or value";
  const std::string text = ToText(*event.value);
  if (Node* node = Find(*path, path->size()); node != nullptr && !node->finished) {
    node->finished = true;
    std::string told;
    Write(*node, told);
    return told == text ? "" : fmt::format("{} finished as {}, told {}", event.path, text, told);
  }
  std::unique_ptr<Node>* place = Add(*path);
  if (place == nullptr) return fmt::format("{} finishes where nothing can", event.path);
  *place =
      std::make_unique<Node>(Node{.type = event.type, .text = text, .whole = true, .finished = true}
      );
  return "";
}

PathAssembler::Node* PathAssembler::Find(const std::vector<std::string>& path, size_t size) {
  Node* node = root_.get();
  for (size_t i = 0; i < size && node != nullptr; ++i) {
    // Only the last child can be open.
    const bool last = !node->children.empty() && node->children.back().first == path[i];
    node = last ? node->children.back().second.get() : nullptr;
  }
  return node;
}

std::unique_ptr<PathAssembler::Node>* PathAssembler::Add(const std::vector<std::string>& path) {
  if (path.empty()) return root_ == nullptr ? &root_ : nullptr;
  Node* parent = Find(path, path.size() - 1);
  if (parent == nullptr || parent->finished || !IsContainer(parent->type)) return nullptr;
  auto& children = parent->children;
  if (!children.empty() && !children.back().second->finished) return nullptr;
  const bool array = parent->type == Type::kArray;
  if (array && path.back() != std::to_string(children.size())) return nullptr;
  const bool known =
      std::ranges::any_of(children, [&](const auto& child) { return child.first == path.back(); });
  if (known) return nullptr;
  return &children.emplace_back(path.back(), nullptr).second;
}

void PathAssembler::Write(const Node& node, std::string& out) {
  if (node.whole) {
    out += node.text;
    return;
  }
  if (node.type == Type::kString) return WriteString(node.text, out);
  const bool object = node.type == Type::kObject;
  out += object ? '{' : '[';
  bool first = true;
  for (const auto& [name, child] : node.children) {
    if (!std::exchange(first, false)) out += ',';
    if (object) {
      WriteString(name, out);
      out += ':';
    }
    Write(*child, out);
  }
  out += object ? '}' : ']';
}

std::string PathAssembler::Text() const {
  std::string text;
  if (root_ != nullptr) Write(*root_, text);
  return text;
}

bool PathAssembler::IsBeginningOf(const Value& value) const {
  return root_ != nullptr && IsBeginning(*root_, value);
}

bool PathAssembler::IsBeginning(const Node& node, const Value& value) {
  if (node.type != value.type()) return false;
  if (node.whole) return node.text == ToText(value);
  if (node.type == Type::kString) {
    return node.finished ? node.text == value.string() : value.string().starts_with(node.text);
  }
  if (node.children.size() > value.size()) return false;
  auto child = value.begin();
  return std::ranges::all_of(node.children, [&](const auto& told) {
    const Value& found = *child;
    ++child;
    const bool same_name = node.type == Type::kArray || told.first == found.key();
    return same_name && IsBeginning(*told.second, found);
  });
}

std::string CheckPieces(
    std::string_view text, std::span<const size_t> ends, const TolerantResult& whole
) {
  IncrementalParser parser;
  PathAssembler assembler;
  std::string broken;
  const auto listener = [&](const PathEvent& event) {
    if (broken.empty()) broken = assembler.Apply(event);
  };
  size_t begin = 0;
  for (const size_t end : ends) {
    parser.Feed(text.substr(begin, end - begin), listener);
    begin = end;
  }
  parser.Feed(text.substr(begin), listener);
  const TolerantResult result = parser.Finish(listener);
  if (!broken.empty()) return broken;
  if (std::string difference = Difference(result, whole); !difference.empty()) return difference;
  return Agreement(assembler, result);
}

}  // namespace extractd::json
