// Draft 2020-12's meta-schema and vocabularies, as published at the URIs they name.
#include <array>

#include "server/schema/meta_schemas.h"

namespace extractd::schema {
namespace {

// clang-format off
constexpr std::string_view kSchema =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)"
    R"("$id":"https://json-schema.org/draft/2020-12/schema",)"
    R"("$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true,)"
    R"("https://json-schema.org/draft/2020-12/vocab/applicator":true,)"
    R"("https://json-schema.org/draft/2020-12/vocab/unevaluated":true,)"
    R"("https://json-schema.org/draft/2020-12/vocab/validation":true,)"
    R"("https://json-schema.org/draft/2020-12/vocab/meta-data":true,)"
    R"("https://json-schema.org/draft/2020-12/vocab/format-annotation":true,)"
    R"("https://json-schema.org/draft/2020-12/vocab/content":true},"$dynamicAnchor":"meta",)"
    R"("title":"Core and Validation specifications meta-schema","allOf":[{"$ref":"meta/core"},)"
    R"({"$ref":"meta/applicator"},{"$ref":"meta/unevaluated"},{"$ref":"meta/validation"},)"
    R"({"$ref":"meta/meta-data"},{"$ref":"meta/format-annotation"},{"$ref":"meta/content"}],)"
    R"("type":["object","boolean"],)"
    R"("$comment":"This meta-schema also defines keywords that have appeared in previous drafts)"
    R"( in order to prevent incompatible extensions as they remain in common use.",)"
    R"("properties":{"definitions":{"$comment":"\"definitions\" has been replaced by \"$defs\".)"
    R"(","type":"object","additionalProperties":{"$dynamicRef":"#meta"},"deprecated":true,)"
    R"("default":{}},)"
    R"("dependencies":{"$comment":"\"dependencies\" has been split and replaced by \"dependentS)"
    R"(chemas\" and \"dependentRequired\" in order to serve their differing semantics.",)"
    R"("type":"object","additionalProperties":{"anyOf":[{"$dynamicRef":"#meta"},)"
    R"({"$ref":"meta/validation#/$defs/stringArray"}]},"deprecated":true,"default":{}},)"
    R"("$recursiveAnchor":{"$comment":"\"$recursiveAnchor\" has been replaced by \"$dynamicAnch)"
    R"(or\".","$ref":"meta/core#/$defs/anchorString","deprecated":true},)"
    R"("$recursiveRef":{"$comment":"\"$recursiveRef\" has been replaced by \"$dynamicRef\".",)"
    R"("$ref":"meta/core#/$defs/uriReferenceString","deprecated":true}}})";

constexpr std::string_view kCore =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)"
    R"("$id":"https://json-schema.org/draft/2020-12/meta/core",)"
    R"("$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true},)"
    R"("$dynamicAnchor":"meta","title":"Core vocabulary meta-schema","type":["object",)"
    R"("boolean"],"properties":{"$id":{"$ref":"#/$defs/uriReferenceString",)"
    R"("$comment":"Non-empty fragments not allowed.","pattern":"^[^#]*#?$"},)"
    R"("$schema":{"$ref":"#/$defs/uriString"},"$ref":{"$ref":"#/$defs/uriReferenceString"},)"
    R"("$anchor":{"$ref":"#/$defs/anchorString"},)"
    R"("$dynamicRef":{"$ref":"#/$defs/uriReferenceString"},)"
    R"("$dynamicAnchor":{"$ref":"#/$defs/anchorString"},"$vocabulary":{"type":"object",)"
    R"("propertyNames":{"$ref":"#/$defs/uriString"},"additionalProperties":{"type":"boolean"}},)"
    R"("$comment":{"type":"string"},"$defs":{"type":"object",)"
    R"("additionalProperties":{"$dynamicRef":"#meta"}}},)"
    R"("$defs":{"anchorString":{"type":"string","pattern":"^[A-Za-z_][-A-Za-z0-9._]*$"},)"
    R"("uriString":{"type":"string","format":"uri"},"uriReferenceString":{"type":"string",)"
    R"("format":"uri-reference"}}})";

constexpr std::string_view kApplicator =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)"
    R"("$id":"https://json-schema.org/draft/2020-12/meta/applicator",)"
    R"("$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/applicator":true},)"
    R"("$dynamicAnchor":"meta","title":"Applicator vocabulary meta-schema","type":["object",)"
    R"("boolean"],"properties":{"prefixItems":{"$ref":"#/$defs/schemaArray"},)"
    R"("items":{"$dynamicRef":"#meta"},"contains":{"$dynamicRef":"#meta"},)"
    R"("additionalProperties":{"$dynamicRef":"#meta"},"properties":{"type":"object",)"
    R"("additionalProperties":{"$dynamicRef":"#meta"},"default":{}},)"
    R"("patternProperties":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"},)"
    R"("propertyNames":{"format":"regex"},"default":{}},"dependentSchemas":{"type":"object",)"
    R"("additionalProperties":{"$dynamicRef":"#meta"},"default":{}},)"
    R"("propertyNames":{"$dynamicRef":"#meta"},"if":{"$dynamicRef":"#meta"},)"
    R"("then":{"$dynamicRef":"#meta"},"else":{"$dynamicRef":"#meta"},)"
    R"("allOf":{"$ref":"#/$defs/schemaArray"},"anyOf":{"$ref":"#/$defs/schemaArray"},)"
    R"("oneOf":{"$ref":"#/$defs/schemaArray"},"not":{"$dynamicRef":"#meta"}},)"
    R"("$defs":{"schemaArray":{"type":"array","minItems":1,"items":{"$dynamicRef":"#meta"}}}})";

constexpr std::string_view kUnevaluated =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)"
    R"("$id":"https://json-schema.org/draft/2020-12/meta/unevaluated",)"
    R"("$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/unevaluated":true},)"
    R"("$dynamicAnchor":"meta","title":"Unevaluated applicator vocabulary meta-schema",)"
    R"("type":["object","boolean"],"properties":{"unevaluatedItems":{"$dynamicRef":"#meta"},)"
    R"("unevaluatedProperties":{"$dynamicRef":"#meta"}}})";

constexpr std::string_view kValidation =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)"
    R"("$id":"https://json-schema.org/draft/2020-12/meta/validation",)"
    R"("$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/validation":true},)"
    R"("$dynamicAnchor":"meta","title":"Validation vocabulary meta-schema","type":["object",)"
    R"("boolean"],"properties":{"type":{"anyOf":[{"$ref":"#/$defs/simpleTypes"},)"
    R"({"type":"array","items":{"$ref":"#/$defs/simpleTypes"},"minItems":1,)"
    R"("uniqueItems":true}]},"const":true,"enum":{"type":"array","items":true},)"
    R"("multipleOf":{"type":"number","exclusiveMinimum":0},"maximum":{"type":"number"},)"
    R"("exclusiveMaximum":{"type":"number"},"minimum":{"type":"number"},)"
    R"("exclusiveMinimum":{"type":"number"},"maxLength":{"$ref":"#/$defs/nonNegativeInteger"},)"
    R"("minLength":{"$ref":"#/$defs/nonNegativeIntegerDefault0"},"pattern":{"type":"string",)"
    R"("format":"regex"},"maxItems":{"$ref":"#/$defs/nonNegativeInteger"},)"
    R"("minItems":{"$ref":"#/$defs/nonNegativeIntegerDefault0"},)"
    R"("uniqueItems":{"type":"boolean","default":false},)"
    R"("maxContains":{"$ref":"#/$defs/nonNegativeInteger"},)"
    R"("minContains":{"$ref":"#/$defs/nonNegativeInteger","default":1},)"
    R"("maxProperties":{"$ref":"#/$defs/nonNegativeInteger"},)"
    R"("minProperties":{"$ref":"#/$defs/nonNegativeIntegerDefault0"},)"
    R"("required":{"$ref":"#/$defs/stringArray"},"dependentRequired":{"type":"object",)"
    R"("additionalProperties":{"$ref":"#/$defs/stringArray"}}},)"
    R"("$defs":{"nonNegativeInteger":{"type":"integer","minimum":0},)"
    R"("nonNegativeIntegerDefault0":{"$ref":"#/$defs/nonNegativeInteger","default":0},)"
    R"("simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},)"
    R"("stringArray":{"type":"array","items":{"type":"string"},"uniqueItems":true,)"
    R"("default":[]}}})";

constexpr std::string_view kMetaData =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)"
    R"("$id":"https://json-schema.org/draft/2020-12/meta/meta-data",)"
    R"("$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/meta-data":true},)"
    R"("$dynamicAnchor":"meta","title":"Meta-data vocabulary meta-schema","type":["object",)"
    R"("boolean"],"properties":{"title":{"type":"string"},"description":{"type":"string"},)"
    R"("default":true,"deprecated":{"type":"boolean","default":false},)"
    R"("readOnly":{"type":"boolean","default":false},"writeOnly":{"type":"boolean",)"
    R"("default":false},"examples":{"type":"array","items":true}}})";

constexpr std::string_view kFormatAnnotation =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)"
    R"("$id":"https://json-schema.org/draft/2020-12/meta/format-annotation",)"
    R"("$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/format-annotation":true},)"
    R"("$dynamicAnchor":"meta","title":"Format vocabulary meta-schema for annotation results",)"
    R"("type":["object","boolean"],"properties":{"format":{"type":"string"}}})";

constexpr std::string_view kFormatAssertion =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)"
    R"("$id":"https://json-schema.org/draft/2020-12/meta/format-assertion",)"
    R"("$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/format-assertion":true},)"
    R"("$dynamicAnchor":"meta","title":"Format vocabulary meta-schema for assertion results",)"
    R"("type":["object","boolean"],"properties":{"format":{"type":"string"}}})";

constexpr std::string_view kContent =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)"
    R"("$id":"https://json-schema.org/draft/2020-12/meta/content",)"
    R"("$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/content":true},)"
    R"("$dynamicAnchor":"meta","title":"Content vocabulary meta-schema","type":["object",)"
    R"("boolean"],"properties":{"contentEncoding":{"type":"string"},)"
    R"("contentMediaType":{"type":"string"},"contentSchema":{"$dynamicRef":"#meta"}}})";
// clang-format on

}  // namespace

std::span<const MetaSchemaText> MetaSchemas2020() {
  static constexpr std::array kAll = {
      MetaSchemaText{"https://json-schema.org/draft/2020-12/schema", kSchema},
      MetaSchemaText{"https://json-schema.org/draft/2020-12/meta/core", kCore},
      MetaSchemaText{"https://json-schema.org/draft/2020-12/meta/applicator", kApplicator},
      MetaSchemaText{"https://json-schema.org/draft/2020-12/meta/unevaluated", kUnevaluated},
      MetaSchemaText{"https://json-schema.org/draft/2020-12/meta/validation", kValidation},
      MetaSchemaText{"https://json-schema.org/draft/2020-12/meta/meta-data", kMetaData},
      MetaSchemaText{
          "https://json-schema.org/draft/2020-12/meta/format-annotation", kFormatAnnotation
      },
      MetaSchemaText{
          "https://json-schema.org/draft/2020-12/meta/format-assertion", kFormatAssertion
      },
      MetaSchemaText{"https://json-schema.org/draft/2020-12/meta/content", kContent},
  };
  return kAll;
}

}  // namespace extractd::schema
