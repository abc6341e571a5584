#include "server/service/protobuf/descriptor_files.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>

#include "server/base/utf8.h"

namespace extractd {
namespace {

namespace pb = google::protobuf;

constexpr std::string_view kSetField = "file_descriptor_set";
constexpr size_t kShownBytes = 200;
// What descriptors and prototypes take, measured: up to three times the messages that they are
// built from, and some kilobytes for a pool.
constexpr size_t kMemoryFactor = 4;
constexpr size_t kPoolBytes = 8192;

// Names come from the caller and may be anything.
std::string Shown(std::string_view text) {
  return ReplaceInvalidUtf8(CutUtf8(text, kShownBytes));
}

DescriptorProblem BadSet(std::string text) {
  return {kSetField, std::move(text)};
}

// Keeps the first thing that is wrong with the files.
class FirstError final : public pb::DescriptorPool::ErrorCollector {
 public:
  void AddError(
      const std::string& filename,
      const std::string& element,
      const pb::Message*,
      ErrorLocation,
      const std::string& message
  ) override {
    if (text_.empty()) {
      text_ = fmt::format("{}: {}: {}", Shown(filename), Shown(element), Shown(message));
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Only options that change the bytes of a message are kept.
void Strip(pb::FieldDescriptorProto& field) {
  const bool has_packed = field.options().has_packed();
  const bool packed = field.options().packed();
  field.clear_options();
  if (has_packed) field.mutable_options()->set_packed(packed);
}

void Strip(pb::EnumDescriptorProto& type) {
  const bool aliases = type.options().allow_alias();
  type.clear_options();
  if (aliases) type.mutable_options()->set_allow_alias(true);
  type.clear_reserved_range();
  type.clear_reserved_name();
  for (pb::EnumValueDescriptorProto& value : *type.mutable_value()) value.clear_options();
}

// As deep as protobuf parses.
void Strip(pb::DescriptorProto& message) {
  const bool map_entry = message.options().map_entry();
  message.clear_options();
  if (map_entry) message.mutable_options()->set_map_entry(true);
  message.clear_extension();
  message.clear_extension_range();
  message.clear_reserved_range();
  message.clear_reserved_name();
  for (pb::OneofDescriptorProto& oneof : *message.mutable_oneof_decl()) oneof.clear_options();
  for (pb::FieldDescriptorProto& field : *message.mutable_field()) Strip(field);
  for (pb::EnumDescriptorProto& type : *message.mutable_enum_type()) Strip(type);
  for (pb::DescriptorProto& nested : *message.mutable_nested_type()) Strip(nested);
}

void Strip(pb::FileDescriptorProto& file) {
  file.clear_options();
  file.clear_service();
  file.clear_extension();
  file.clear_source_code_info();
  file.clear_weak_dependency();
  for (pb::EnumDescriptorProto& type : *file.mutable_enum_type()) Strip(type);
  for (pb::DescriptorProto& message : *file.mutable_message_type()) Strip(message);
}

// Whether all full names below a scope are within their limits.
class NameCheck {
 public:
  bool Allows(const pb::FileDescriptorProto& file) const {
    const Scope scope = Scope{}.With(file.package());
    return scope.Fits() && AllFit(scope, file.enum_type()) && AllFit(scope, file.message_type());
  }

 private:
  struct Scope {
    size_t bytes = 0;
    size_t parts = 0;

    Scope With(std::string_view name) const {
      return {
          bytes + 1 + name.size(), parts + 1 + static_cast<size_t>(std::ranges::count(name, '.'))
      };
    }
    bool Fits() const { return bytes <= kMaxFullNameBytes && parts <= kMaxNameParts; }
  };

  template <class Elements>
  static bool AllFit(const Scope& scope, const Elements& elements) {
    return std::ranges::all_of(elements, [&](const auto& element) {
      const Scope inner = scope.With(element.name());
      return inner.Fits() && PartsFit(inner, element);
    });
  }

  static bool PartsFit(const Scope& scope, const pb::DescriptorProto& message) {
    return AllFit(scope, message.field()) && AllFit(scope, message.oneof_decl()) &&
           AllFit(scope, message.enum_type()) && AllFit(scope, message.nested_type());
  }
  static bool PartsFit(const Scope& scope, const pb::EnumDescriptorProto& type) {
    return AllFit(scope, type.value());
  }
  static bool PartsFit(const Scope& scope, const pb::FieldDescriptorProto& field) {
    return scope.With(field.json_name()).bytes <= 2 * kMaxFullNameBytes &&
           Scope{}.With(field.type_name()).Fits();
  }
  template <class Leaf>
  static bool PartsFit(const Scope&, const Leaf&) {
    return true;
  }
};

// The message of that name below `messages`.
bool Declares(const pb::RepeatedPtrField<pb::DescriptorProto>& top, std::string_view name) {
  const auto* messages = &top;
  while (true) {
    const size_t dot = name.find('.');
    const std::string_view part = name.substr(0, dot);
    const auto found = std::ranges::find_if(*messages, [part](const pb::DescriptorProto& message) {
      return message.name() == part;
    });
    if (found == messages->end()) return false;
    if (dot == std::string_view::npos) return true;
    messages = &found->nested_type();
    name.remove_prefix(dot + 1);
  }
}

bool Declares(const pb::FileDescriptorProto& file, std::string_view name) {
  const std::string_view package = file.package();
  if (package.empty()) return Declares(file.message_type(), name);
  return name.size() > package.size() && name.starts_with(package) && name[package.size()] == '.' &&
         Declares(file.message_type(), name.substr(package.size() + 1));
}

// The files of a set and the order in which they can be built.
class FileOrder {
 public:
  // `set` outlives this. Its files may be stripped.
  explicit FileOrder(pb::FileDescriptorSet& set) : set_(set) {}

  // Indices of the files that the one with `message_type` imports, directly or not, and its own
  // last.
  std::variant<std::vector<int>, DescriptorProblem> For(const std::string& message_type) {
    for (int i = 0; i < set_.file_size(); ++i) {
      if (!by_name_.try_emplace(set_.file(i).name(), i).second) {
        return BadSet(fmt::format("has the file '{}' twice", Shown(set_.file(i).name())));
      }
    }
    const auto root = std::ranges::find_if(set_.file(), [&](const pb::FileDescriptorProto& file) {
      return Declares(file, message_type);
    });
    if (root == set_.file().end()) {
      return DescriptorProblem{
          "message_type", fmt::format("no message '{}' is in the files", Shown(message_type))
      };
    }
    return From(static_cast<int>(root - set_.file().begin()));
  }

 private:
  enum class State : std::uint8_t { kNew, kOpen, kDone };
  struct Step {
    int file = 0;
    int next_import = 0;
  };

  std::variant<std::vector<int>, DescriptorProblem> From(int root) {
    states_.assign(static_cast<size_t>(set_.file_size()), State::kNew);
    std::vector<int> order;
    std::vector<Step> path = {{.file = root}};
    StateOf(root) = State::kOpen;
    while (!path.empty()) {
      Step& step = path.back();
      const pb::FileDescriptorProto& file = set_.file(step.file);
      if (step.next_import == file.dependency_size()) {
        StateOf(step.file) = State::kDone;
        order.push_back(step.file);
        path.pop_back();
        continue;
      }
      const std::string& import = file.dependency(step.next_import++);
      const auto found = by_name_.find(import);
      if (found == by_name_.end()) return Missing(file, import);
      if (StateOf(found->second) == State::kOpen) return Cycle(file, import);
      if (StateOf(found->second) == State::kDone) continue;
      StateOf(found->second) = State::kOpen;
      path.push_back({.file = found->second});
    }
    return order;
  }

  State& StateOf(int file) { return states_[static_cast<size_t>(file)]; }

  static DescriptorProblem Missing(const pb::FileDescriptorProto& file, std::string_view import) {
    return BadSet(fmt::format(
        "{} imports '{}', which is not in it; make it with protoc --include_imports",
        Shown(file.name()),
        Shown(import)
    ));
  }
  static DescriptorProblem Cycle(const pb::FileDescriptorProto& file, std::string_view import) {
    return BadSet(
        fmt::format("{} imports '{}', which imports it in turn", Shown(file.name()), Shown(import))
    );
  }

  pb::FileDescriptorSet& set_;
  absl::flat_hash_map<std::string_view, int> by_name_;
  std::vector<State> states_;
};

DescriptorProblem TooLarge(size_t bytes, size_t max_bytes) {
  return BadSet(fmt::format(
      "has {} bytes, at most {} (setting max_schema_bytes); leave out what the message does not "
      "need",
      bytes,
      max_bytes
  ));
}

// In that order, each with what it imports built already.
std::variant<BuiltMessage, DescriptorProblem> BuildAll(
    pb::FileDescriptorSet& set, const std::vector<int>& order
) {
  BuiltMessage built = {.pool = std::make_unique<pb::DescriptorPool>(), .memory_bytes = kPoolBytes};
  FirstError error;
  for (const int index : order) {
    pb::FileDescriptorProto& file = *set.mutable_file(index);
    Strip(file);
    if (!NameCheck().Allows(file)) {
      return BadSet(fmt::format(
          "{} has a full name of more than {} bytes or {} parts; leave it out",
          Shown(file.name()),
          kMaxFullNameBytes,
          kMaxNameParts
      ));
    }
    if (built.pool->BuildFileCollectingErrors(file, &error) == nullptr) return BadSet(error.text());
    built.memory_bytes += kMemoryFactor * file.SpaceUsedLong();
  }
  return built;
}

}  // namespace

std::variant<BuiltMessage, DescriptorProblem> BuildMessage(
    std::string_view file_descriptor_set, const std::string& message_type, size_t max_bytes
) {
  if (file_descriptor_set.size() > max_bytes)
    return TooLarge(file_descriptor_set.size(), max_bytes);
  pb::FileDescriptorSet set;
  const auto size = static_cast<int>(file_descriptor_set.size());
  if (!set.ParseFromArray(file_descriptor_set.data(), size) || set.file().empty()) {
    return BadSet("is no FileDescriptorSet with files");
  }
  auto order = FileOrder(set).For(message_type);
  if (auto* problem = std::get_if<DescriptorProblem>(&order)) return std::move(*problem);
  const auto& files = std::get<std::vector<int>>(order);
  if (files.size() > kMaxDescriptorFiles) {
    return BadSet(fmt::format(
        "has {} files that the message needs, at most {}; put its types into fewer",
        files.size(),
        kMaxDescriptorFiles
    ));
  }
  auto built = BuildAll(set, files);
  if (auto* result = std::get_if<BuiltMessage>(&built)) {
    result->message = result->pool->FindMessageTypeByName(message_type);
  }
  return built;
}

}  // namespace extractd
