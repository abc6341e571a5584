#include "server/service/protobuf/answer_types.h"

#include <string>
#include <string_view>
#include <utility>

#include "server/base/strings.h"

namespace extractd {
namespace {

// No status that a caller ever sees.
constexpr std::string_view kPostponed = "is read on the pool";

class RegisteredTypes {
 public:
  RegisteredTypes(schema::SchemaLibrary& library, const ProtobufTypes& known, AnswerTypes& types)
      : library_(library), known_(known), types_(types) {}

  // What is not found is the planner's error.
  void Find(std::string_view tool, std::string& schema_id, std::string& json_schema) {
    if (schema_id.empty()) return;
    const auto registered = library_.Find(schema_id);
    if (!registered.ok() || (*registered)->source.empty()) return;
    auto type = known_.FromSource((*registered)->source);
    if (type == nullptr && known_.Postpones((*registered)->source.size())) types_.set_postponed();
    types_.Add(tool, std::move(type));
    json_schema = (*registered)->text;
    schema_id.clear();
  }

 private:
  schema::SchemaLibrary& library_;
  const ProtobufTypes& known_;
  AnswerTypes& types_;
};

}  // namespace

absl::Status PostponedError() {
  return absl::UnknownError(Absl(kPostponed));
}

bool IsPostponed(const absl::Status& status) {
  return absl::IsUnknown(status) && Std(status.message()) == kPostponed;
}

void FindRegisteredTypes(
    schema::SchemaLibrary& library,
    const ProtobufTypes& known,
    ExtractCall& call,
    AnswerTypes& types
) {
  RegisteredTypes registered(library, known, types);
  registered.Find("", call.schema_id, call.json_schema);
  for (CallTool& tool : call.tools) registered.Find(tool.name, tool.schema_id, tool.json_schema);
}

}  // namespace extractd
