#include "server/service/protobuf/protobuf_type.h"

#include <utility>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/descriptor_database.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>

#include "server/service/protobuf/message_schema.h"

namespace extractd {
namespace {

namespace pb = google::protobuf;

constexpr size_t kShownBytes = 200;

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
    if (text_.empty()) text_ = fmt::format("{}: {}: {}", filename, element, message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

struct ProtobufType::State {
  pb::SimpleDescriptorDatabase files;
  FirstError error;
  std::unique_ptr<pb::DescriptorPool> pool;
  std::unique_ptr<pb::DynamicMessageFactory> factory;
  const pb::Message* prototype = nullptr;
  std::string json_schema;
};

ProtobufType::ProtobufType(std::unique_ptr<State> state) : state_(std::move(state)) {}
ProtobufType::~ProtobufType() = default;

std::shared_ptr<const ProtobufType> ProtobufType::Make(
    const v1::ProtobufSchema& schema,
    const std::string& path,
    std::vector<FieldViolation>& violations
) {
  const auto refuse = [&](std::string_view field, std::string problem) {
    violations.push_back({fmt::format("{}.{}", path, field), std::move(problem)});
    return nullptr;
  };
  pb::FileDescriptorSet set;
  if (!set.ParseFromString(schema.file_descriptor_set()) || set.file().empty()) {
    return refuse("file_descriptor_set", "is no FileDescriptorSet with files");
  }
  auto state = std::make_unique<State>();
  for (const pb::FileDescriptorProto& file : set.file()) {
    if (!state->files.Add(file)) {
      return refuse("file_descriptor_set", "has a file or a name in it twice");
    }
  }
  state->pool = std::make_unique<pb::DescriptorPool>(&state->files, &state->error);
  const pb::Descriptor* const message = state->pool->FindMessageTypeByName(schema.message_type());
  if (message == nullptr) {
    if (!state->error.text().empty()) {
      return refuse("file_descriptor_set", state->error.text().substr(0, kShownBytes));
    }
    return refuse(
        "message_type",
        fmt::format("no message '{}' is in the files", schema.message_type().substr(0, kShownBytes))
    );
  }
  state->json_schema = MessageSchema(*message);
  state->factory = std::make_unique<pb::DynamicMessageFactory>(state->pool.get());
  state->prototype = state->factory->GetPrototype(message);
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

}  // namespace extractd
