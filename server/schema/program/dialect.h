// Dialect: which draft of JSON Schema and which of its vocabularies a schema is written in.
#ifndef EXTRACTD_SERVER_SCHEMA_PROGRAM_DIALECT_H_
#define EXTRACTD_SERVER_SCHEMA_PROGRAM_DIALECT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace extractd::schema {

enum class Draft : std::uint8_t { k7, k2020_12 };

enum class Vocabulary : std::uint8_t {
  kCore,
  kApplicator,
  kUnevaluated,
  kValidation,
  kMetaData,
  kFormatAnnotation,
  kFormatAssertion,
  kContent,
};

inline constexpr std::string_view kDraft7Uri = "http://json-schema.org/draft-07/schema";
inline constexpr std::string_view kDraft2020Uri = "https://json-schema.org/draft/2020-12/schema";

struct Dialect {
  Draft draft = Draft::k2020_12;
  std::uint32_t vocabularies = 0;  // a bit each
  std::string meta_schema = {};    // URI

  bool Has(Vocabulary vocabulary) const {
    return (vocabularies >> static_cast<unsigned>(vocabulary) & 1U) != 0;
  }
  void Add(Vocabulary vocabulary) { vocabularies |= 1U << static_cast<unsigned>(vocabulary); }
};

// All vocabularies but format-assertion, as the drafts' own meta-schemas say.
Dialect StandardDialect(Draft draft);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PROGRAM_DIALECT_H_
