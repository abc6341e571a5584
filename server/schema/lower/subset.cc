#include "server/schema/lower/subset.h"

#include <algorithm>
#include <array>

namespace extractd::schema::lower {
namespace {

using Names = std::string_view;

constexpr std::array<Names, 9> kOpenAiKeywords = {
    "pattern",
    "format",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems"
};
constexpr std::array<Names, 9> kOpenAiFormats = {
    "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"
};
constexpr std::array<Names, 2> kAnthropicKeywords = {"format", "minItems"};
constexpr std::array<Names, 10> kAnthropicFormats = {
    "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"
};
constexpr std::array<Names, 5> kBedrockKeywords = {
    "format", "pattern", "minLength", "maxLength", "minItems"
};
constexpr std::array<Names, 4> kGeminiKeywords = {"minItems", "maxItems", "minimum", "maximum"};
constexpr std::array<Names, 10> kOpenApiKeywords = {
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "minProperties",
    "maxProperties"
};
constexpr std::array<Names, 1> kOpenApiFormats = {"date-time"};
constexpr std::array<Names, 2> kCohereKeywords = {"pattern", "format"};
constexpr std::array<Names, 4> kCohereFormats = {"date-time", "uuid", "date", "time"};
constexpr std::array<Names, 12> kMistralKeywords = {
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "uniqueItems"
};
constexpr std::array<Names, 5> kFireworksKeywords = {
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"
};
constexpr std::array<Names, 1> kAllFormats = {"*"};
constexpr std::array<Names, 10> kGrammarKeywords = {
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum"
};
// Without lengths: beside them its strings have no escapes, so no quotes and no line breaks. Its
// bounds of numbers allow six decimal places.
constexpr std::array<Names, 8> kXgrammarKeywords = {
    "format",
    "pattern",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum"
};
constexpr std::array<Names, 4> kGrammarFormats = {"date-time", "date", "time", "uuid"};
constexpr std::array<Names, 9> kXgrammarFormats = {
    "email", "date", "time", "date-time", "duration", "ipv4", "ipv6", "hostname", "uuid"
};

constexpr SubsetLimits kOpenAiLimits = {
    .levels = 10,
    .properties = 5000,
    .enum_values = 1000,
    .name_bytes = 120'000,
    .large_enum = 250,
    .large_enum_bytes = 15'000,
};
constexpr SubsetLimits kClaudeLimits = {.optional = 24, .unions = 16};

// Sorted by name.
constexpr std::array kSubsets = {
    Subset{
        .name = "anthropic_strict",
        .about = "Anthropic: strict tools and output_config.format",
        .constants = true,
        .typed_enums = false,
        .null_form = NullForm::kAnyOf,
        .references = ReferenceForm::kAcyclic,
        .keywords = kAnthropicKeywords,
        .formats = kAnthropicFormats,
        .largest_min_items = 1,
        .limits = kClaudeLimits,
    },
    Subset{
        .name = "bedrock_strict",
        .about = "Amazon Bedrock Converse: strict tools and outputConfig.textFormat",
        .constants = true,
        .references = ReferenceForm::kAcyclic,
        .keywords = kBedrockKeywords,
        .formats = kAllFormats,
        .patterns = Patterns::kRegular,
        .largest_min_items = 1,
        .limits = kClaudeLimits,
    },
    Subset{
        .name = "cerebras_strict",
        .about = "Cerebras: strict json_schema and tools",
        .all_required = true,
        .tuples = true,
        .constants = true,
        .null_form = NullForm::kAnyOf,
        .references = ReferenceForm::kAcyclic,
        .limits = {.bytes = 5000, .levels = 10, .properties = 500, .branches = 5},
    },
    Subset{
        .name = "cohere",
        .about = "Cohere v2: response_format with a schema, strict tools",
        .maps = true,
        .one_required = true,
        .constants = true,
        .keywords = kCohereKeywords,
        .formats = kCohereFormats,
        .patterns = Patterns::kUnanchored,
        .limits = {.properties = 200},
    },
    Subset{
        .name = "databricks",
        .about = "Databricks model serving: json_schema, 64 keys",
        .unions = false,
        .references = ReferenceForm::kInline,
        .limits = {.properties = 64},
    },
    Subset{
        .name = "databricks_tools",
        .about = "Databricks model serving: tools, 16 keys",
        .unions = false,
        .references = ReferenceForm::kInline,
        .limits = {.properties = 16},
    },
    Subset{
        .name = "deepseek_strict",
        .about = "DeepSeek beta: strict tools",
        .all_required = true,
        .null_form = NullForm::kAnyOf,
    },
    Subset{
        .name = "fireworks",
        .about = "Fireworks: json_schema",
        .maps = true,
        .untyped = true,
        .keywords = kFireworksKeywords,
    },
    Subset{
        .name = "gemini_json",
        .about = "Gemini: responseJsonSchema and parametersJsonSchema",
        .object_root = false,
        .maps = true,
        .untyped = true,
        .tuples = true,
        .enums = EnumValues::kStringsAndNumbers,
        .references = ReferenceForm::kAcyclic,
        .keywords = kGeminiKeywords,
    },
    Subset{
        .name = "gemini_openapi",
        .about = "Gemini: responseSchema and parameters, an OpenAPI dialect",
        .object_root = false,
        .says_closed = false,
        .property_ordering = true,
        .enums = EnumValues::kStrings,
        .null_form = NullForm::kFlag,
        .references = ReferenceForm::kInline,
        .keywords = kOpenApiKeywords,
        .formats = kOpenApiFormats,
        .patterns = Patterns::kRegular,
    },
    Subset{
        .name = "grammar",
        .about = "llama.cpp, Ollama: a grammar is made of the schema",
        .object_root = false,
        .maps = true,
        .closed_unless_said = true,
        .untyped = true,
        .constants = true,
        .enums = EnumValues::kAll,
        .reference_siblings = true,
        .keywords = kGrammarKeywords,
        .formats = kGrammarFormats,
        .patterns = Patterns::kAnchored,
        .integer_bounds = true,
        .near_bounds = true,
        .text_rules = TextRules::kPatternFirst,
        .tell_lost = false,
    },
    Subset{
        .name = "mistral",
        .about = "Mistral: json_schema and tools",
        .maps = true,
        .says_closed = false,
        .untyped = true,
        .constants = true,
        .references = ReferenceForm::kInline,
        .keywords = kMistralKeywords,
        .formats = kAllFormats,
        .patterns = Patterns::kRegular,
    },
    Subset{
        .name = "openai_strict",
        .about = "OpenAI, Azure, Groq: strict json_schema and tools",
        .all_required = true,
        .constants = true,
        .keywords = kOpenAiKeywords,
        .formats = kOpenAiFormats,
        .patterns = Patterns::kRegular,
        .limits = kOpenAiLimits,
    },
    Subset{
        .name = "xai",
        .about = "xAI: json_schema and tools",
        .maps = true,
        .untyped = true,
        .constants = true,
        .references = ReferenceForm::kAcyclic,
        .keywords = kMistralKeywords,
        .formats = kOpenAiFormats,
        .patterns = Patterns::kRegular,
    },
    Subset{
        .name = "xgrammar",
        .about = "vLLM: guided decoding",
        .object_root = false,
        .maps = true,
        .closed_unless_said = true,
        .untyped = true,
        .tuples = true,
        .constants = true,
        .reference_siblings = true,
        .keywords = kXgrammarKeywords,
        .formats = kXgrammarFormats,
        .patterns = Patterns::kWhole,
        .integer_bounds = true,
        .near_bounds = true,
        .text_rules = TextRules::kFormatFirst,
        .tell_lost = false,
    },
};

}  // namespace

const Subset* FindSubset(std::string_view name) {
  const auto* found = std::ranges::find(kSubsets, name, &Subset::name);
  return found == kSubsets.end() ? nullptr : found;
}

std::span<const Subset> AllSubsets() {
  return kSubsets;
}

}  // namespace extractd::schema::lower
