// Draft-07's meta-schema, as published at the URI it names.
#include "server/schema/meta_schemas.h"

namespace extractd::schema {
namespace {

// clang-format off
constexpr std::string_view kSchema =
    R"({"$schema":"http://json-schema.org/draft-07/schema#",)"
    R"("$id":"http://json-schema.org/draft-07/schema#","title":"Core schema meta-schema",)"
    R"("definitions":{"schemaArray":{"type":"array","minItems":1,"items":{"$ref":"#"}},)"
    R"("nonNegativeInteger":{"type":"integer","minimum":0},)"
    R"("nonNegativeIntegerDefault0":{"allOf":[{"$ref":"#/definitions/nonNegativeInteger"},)"
    R"({"default":0}]},"simpleTypes":{"enum":["array","boolean","integer","null","number",)"
    R"("object","string"]},"stringArray":{"type":"array","items":{"type":"string"},)"
    R"("uniqueItems":true,"default":[]}},"type":["object","boolean"],)"
    R"("properties":{"$id":{"type":"string","format":"uri-reference"},)"
    R"("$schema":{"type":"string","format":"uri"},"$ref":{"type":"string",)"
    R"("format":"uri-reference"},"$comment":{"type":"string"},"title":{"type":"string"},)"
    R"("description":{"type":"string"},"default":true,"readOnly":{"type":"boolean",)"
    R"("default":false},"examples":{"type":"array","items":true},"multipleOf":{"type":"number",)"
    R"("exclusiveMinimum":0},"maximum":{"type":"number"},"exclusiveMaximum":{"type":"number"},)"
    R"("minimum":{"type":"number"},"exclusiveMinimum":{"type":"number"},)"
    R"("maxLength":{"$ref":"#/definitions/nonNegativeInteger"},)"
    R"("minLength":{"$ref":"#/definitions/nonNegativeIntegerDefault0"},)"
    R"("pattern":{"type":"string","format":"regex"},"additionalItems":{"$ref":"#"},)"
    R"("items":{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/schemaArray"}],"default":true},)"
    R"("maxItems":{"$ref":"#/definitions/nonNegativeInteger"},)"
    R"("minItems":{"$ref":"#/definitions/nonNegativeIntegerDefault0"},)"
    R"("uniqueItems":{"type":"boolean","default":false},"contains":{"$ref":"#"},)"
    R"("maxProperties":{"$ref":"#/definitions/nonNegativeInteger"},)"
    R"("minProperties":{"$ref":"#/definitions/nonNegativeIntegerDefault0"},)"
    R"("required":{"$ref":"#/definitions/stringArray"},"additionalProperties":{"$ref":"#"},)"
    R"("definitions":{"type":"object","additionalProperties":{"$ref":"#"},"default":{}},)"
    R"("properties":{"type":"object","additionalProperties":{"$ref":"#"},"default":{}},)"
    R"("patternProperties":{"type":"object","additionalProperties":{"$ref":"#"},)"
    R"("propertyNames":{"format":"regex"},"default":{}},"dependencies":{"type":"object",)"
    R"("additionalProperties":{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/stringArray"}]}},)"
    R"("propertyNames":{"$ref":"#"},"const":true,"enum":{"type":"array","items":true},)"
    R"("type":{"anyOf":[{"$ref":"#/definitions/simpleTypes"},{"type":"array",)"
    R"("items":{"$ref":"#/definitions/simpleTypes"},"minItems":1,"uniqueItems":true}]},)"
    R"("format":{"type":"string"},"contentMediaType":{"type":"string"},)"
    R"("contentEncoding":{"type":"string"},"if":{"$ref":"#"},"then":{"$ref":"#"},)"
    R"("else":{"$ref":"#"},"allOf":{"$ref":"#/definitions/schemaArray"},)"
    R"("anyOf":{"$ref":"#/definitions/schemaArray"},)"
    R"("oneOf":{"$ref":"#/definitions/schemaArray"},"not":{"$ref":"#"}},"default":true})";
// clang-format on

}  // namespace

MetaSchemaText MetaSchemaDraft7() {
  return {"http://json-schema.org/draft-07/schema", kSchema};
}

}  // namespace extractd::schema
