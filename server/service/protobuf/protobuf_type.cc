#include "server/service/protobuf/protobuf_type.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>

#include "server/service/protobuf/descriptor_files.h"
#include "server/service/protobuf/message_schema.h"

namespace extractd {
namespace {

namespace pb = google::protobuf;

// Between the parts of a source; no full name has it.
constexpr char kEndOfName = '\n';

}  // namespace

struct ProtobufType::State {
  std::string source;
  BuiltMessage built;
  std::string json_schema;
  std::unique_ptr<pb::DynamicMessageFactory> factory;
  const pb::Message* prototype = nullptr;
};

ProtobufType::ProtobufType(std::unique_ptr<State> state) : state_(std::move(state)) {}
ProtobufType::~ProtobufType() = default;

std::shared_ptr<const ProtobufType> ProtobufType::Make(
    const v1::ProtobufSchema& schema,
    const std::string& path,
    size_t max_bytes,
    std::vector<FieldViolation>& violations
) {
  const auto refuse = [&](std::string_view field, std::string problem) {
    violations.push_back({fmt::format("{}.{}", path, field), std::move(problem)});
    return nullptr;
  };
  auto built = BuildMessage(schema.file_descriptor_set(), schema.message_type(), max_bytes);
  if (auto* problem = std::get_if<DescriptorProblem>(&built)) {
    return refuse(problem->field, std::move(problem->text));
  }
  auto state = std::make_unique<State>();
  state->built = std::move(std::get<BuiltMessage>(built));
  absl::StatusOr<std::string> text = MessageSchema(*state->built.message, max_bytes);
  if (!text.ok()) return refuse("message_type", std::string(text.status().message()));
  state->json_schema = *std::move(text);
  state->source = SourceOf(schema);
  state->factory = std::make_unique<pb::DynamicMessageFactory>(state->built.pool.get());
  state->prototype = state->factory->GetPrototype(state->built.message);
  return std::shared_ptr<const ProtobufType>(new ProtobufType(std::move(state)));
}

const std::string& ProtobufType::json_schema() const {
  return state_->json_schema;
}

absl::StatusOr<pb::Any> ProtobufType::ToAny(const std::string& json) const {
  const std::unique_ptr<pb::Message> message(state_->prototype->New());
  const auto parsed = pb::util::JsonStringToMessage(json, message.get());
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("the answer is no {}", message->GetDescriptor()->full_name())
    );
  }
  pb::Any any;
  any.PackFrom(*message);
  return any;
}

std::string ProtobufType::SourceOf(const v1::ProtobufSchema& schema) {
  std::string source;
  source.reserve(schema.message_type().size() + 1 + schema.file_descriptor_set().size());
  source += schema.message_type();
  source += kEndOfName;
  source += schema.file_descriptor_set();
  return source;
}

v1::ProtobufSchema ProtobufType::FromSource(std::string_view source) {
  const size_t end = std::min(source.find(kEndOfName), source.size());
  v1::ProtobufSchema schema;
  schema.set_message_type(std::string(source.substr(0, end)));
  if (end < source.size()) schema.set_file_descriptor_set(std::string(source.substr(end + 1)));
  return schema;
}

std::string_view ProtobufType::source() const {
  return state_->source;
}

size_t ProtobufType::memory_bytes() const {
  return sizeof(*this) + sizeof(State) + state_->built.memory_bytes +
         state_->json_schema.capacity() + state_->source.capacity();
}

}  // namespace extractd
