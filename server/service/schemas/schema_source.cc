#include "server/service/schemas/schema_source.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "server/json/parse.h"

namespace extractd {
namespace {

constexpr size_t kMaxSchemaNameBytes = 64;

}  // namespace

bool IsSchemaName(std::string_view name) {
  return name.size() <= kMaxSchemaNameBytes && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

SchemaSource ReadSchemaSource(
    const v1::Schema& schema,
    const std::string& path,
    std::vector<FieldViolation>& violations,
    const ProtobufTypes& types
) {
  if (!IsSchemaName(schema.name())) {
    violations.push_back({path + ".name", "use at most 64 of A-Z a-z 0-9 _ -"});
  }
  switch (schema.source_case()) {
    case v1::Schema::kJsonSchema:
      return {.json_schema = schema.json_schema()};
    case v1::Schema::kSchemaId:
      return {.schema_id = schema.schema_id()};
    case v1::Schema::kProtobuf: {
      const size_t before = violations.size();
      auto type = types.Get(schema.protobuf(), path + ".protobuf", violations);
      if (type == nullptr) return {.postponed = violations.size() == before};
      return {.json_schema = type->json_schema(), .type = std::move(type)};
    }
    case v1::Schema::kExamples: {
      if (types.Postpones(schema.examples().ByteSizeLong())) return {.postponed = true};
      const std::string place = path + ".examples";
      schema::SchemaInference inference(
          OptionsOf(schema.examples().options(), place + ".options", violations)
      );
      auto inferred = InferFrom(schema.examples(), place, inference, violations);
      if (!inferred.has_value()) return {};
      return {.json_schema = std::move(inferred->text), .warnings = std::move(inferred->warnings)};
    }
    case v1::Schema::SOURCE_NOT_SET:
      violations.push_back({path, "set json_schema, schema_id, protobuf or examples"});
  }
  return {};
}

schema::InferOptions OptionsOf(
    const v1::InferOptions& message,
    const std::string& path,
    std::vector<FieldViolation>& violations
) {
  schema::InferOptions options = {.closed_objects = message.closed_objects()};
  if (message.has_infer_required()) options.required = message.infer_required();
  if (message.has_infer_formats()) options.formats = message.infer_formats();
  if (message.has_min_examples_for_enum()) {
    options.min_examples_for_enum = message.min_examples_for_enum();
    if (options.min_examples_for_enum < 0) {
      violations.push_back(
          {path + ".min_examples_for_enum",
           fmt::format("{} is below 0", options.min_examples_for_enum)}
      );
    }
  }
  return options;
}

std::optional<schema::InferredSchema> InferFrom(
    const v1::SchemaExamples& examples,
    const std::string& path,
    schema::SchemaInference& inference,
    std::vector<FieldViolation>& violations
) {
  const size_t before = violations.size();
  if (examples.examples_json().empty()) {
    violations.push_back({path + ".examples_json", "needs at least one example"});
  }
  for (int i = 0; i < examples.examples_json_size(); ++i) {
    const std::string& text = examples.examples_json(i);
    const json::ParseResult parsed =
        json::ParseView(text, {.duplicate_keys = json::DuplicateKeys::kReject});
    if (const auto* error = std::get_if<json::ParseError>(&parsed)) {
      const json::TextPosition at = json::PositionOf(text, error->offset);
      violations.push_back(
          {fmt::format("{}.examples_json[{}]", path, i),
           fmt::format("line {}, column {}: {}", at.line, at.column, error->message)}
      );
      continue;
    }
    inference.Add(std::get<json::Document>(parsed).root());
  }
  if (violations.size() > before) return std::nullopt;
  return inference.Write();
}

}  // namespace extractd
