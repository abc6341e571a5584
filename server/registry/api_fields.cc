#include "server/registry/api_fields.h"

#include <variant>

#include "server/json/parse.h"

namespace extractd {
namespace {

constexpr std::string_view kSchema =
    R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],)"
    R"("additionalProperties":false})";

// Adds the members of `asked` that `plain` lacks. Lists, which the messages are, are not compared.
void AddNew(
    const json::Value& asked,
    const json::Value& plain,
    const std::string& path,
    std::vector<std::string>& fields
) {
  for (const json::Value& member : asked) {
    const std::string place =
        path.empty() ? std::string(member.key()) : path + "." + std::string(member.key());
    const json::Value* same = plain.Find(member.key());
    if (same == nullptr) {
      fields.push_back(place);
    } else if (member.is_object() && same->is_object()) {
      AddNew(member, *same, place, fields);
    }
  }
}

}  // namespace

std::vector<std::string> ApiFieldsOf(const Handler& handler) {
  const ModelFamily family;
  const ChatRequest plain = {
      .model = "m",
      .messages = {{.role = Role::kSystem, .text = "x"}, {.role = Role::kUser, .text = "x"}},
  };
  ChatRequest asked = plain;
  const SchemaText schema = {
      .name = "answer", .json = kSchema, .strict = !handler.row->enforcement.empty()
  };
  handler.mode->Ask(schema, {}, asked);
  const auto with = handler.dialect->EncodeBody(*handler.row, family, asked);
  const auto without = handler.dialect->EncodeBody(*handler.row, family, plain);
  if (!with.ok() || !without.ok()) return {};
  const json::ParseResult with_read = json::ParseView(*with);
  const json::ParseResult without_read = json::ParseView(*without);
  const auto* with_body = std::get_if<json::Document>(&with_read);
  const auto* without_body = std::get_if<json::Document>(&without_read);
  std::vector<std::string> fields;
  if (with_body == nullptr || without_body == nullptr) return fields;
  AddNew(with_body->root(), without_body->root(), "", fields);
  return fields;
}

}  // namespace extractd
