#include "server/service/protobuf/answer_types.h"

#include <string>

namespace extractd {
namespace {

class RegisteredTypes {
 public:
  RegisteredTypes(schema::SchemaLibrary& library, const ProtobufTypes& known, AnswerTypes& types)
      : library_(library), known_(known), types_(types) {}

  // What is not found is the planner's error.
  void Find(std::string_view tool, std::string& schema_id, std::string& json_schema) {
    if (schema_id.empty()) return;
    const auto registered = library_.Find(schema_id);
    if (!registered.ok() || (*registered)->source.empty()) return;
    types_.Add(tool, known_.FromSource((*registered)->source));
    json_schema = (*registered)->text;
    schema_id.clear();
  }

 private:
  schema::SchemaLibrary& library_;
  const ProtobufTypes& known_;
  AnswerTypes& types_;
};

}  // namespace

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
