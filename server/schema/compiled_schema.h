// CompiledSchema: a JSON Schema (draft 2020-12 or draft-07) made ready to validate many instances.
// Immutable and thread-safe; shared by every request that names the schema.
//
//   ASSIGN_OR_RETURN(auto schema, schema::Compile(text));
//   schema::IssueList issues = schema->Validate(document.root());
#ifndef EXTRACTD_SERVER_SCHEMA_COMPILED_SCHEMA_H_
#define EXTRACTD_SERVER_SCHEMA_COMPILED_SCHEMA_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/json/value.h"
#include "server/schema/issue.h"

namespace extractd::schema {

struct CompileLimits {
  size_t max_bytes = size_t{1} << 20U;
  size_t max_subschemas = 20'000;
};

struct ValidateOptions {
  bool assert_formats = true;
  // Stop collecting after so many issues; the rest is counted. At most kMaxIssues.
  size_t max_issues = kMaxIssues;
};

class CompiledSchema {
 public:
  struct Program;
  explicit CompiledSchema(std::unique_ptr<const Program> program);
  ~CompiledSchema();
  CompiledSchema(const CompiledSchema&) = delete;
  CompiledSchema& operator=(const CompiledSchema&) = delete;

  // The caller's bytes.
  std::string_view text() const;
  // The same, parsed: key order kept.
  const json::Value& root() const;
  // "sha256:" and 64 hex digits over the text: equal ids, equal schemas.
  std::string_view id() const;
  // The schema's own `title` and `description`; empty if it has none.
  std::string_view title() const;
  std::string_view description() const;
  // The compiled form, for coerce/.
  const Program& program() const { return *program_; }
  // What it takes in memory, for the cache's limit.
  size_t memory_bytes() const;

  // Allocates nothing when the instance is valid, but for unevaluated* over many children and
  // uniqueItems over many elements. Ends in bounded time whatever the schema: an instance that
  // takes more work than any real schema needs is not valid, and its only issue says so.
  bool IsValid(const json::Value& instance, const ValidateOptions& options = {}) const;
  // Empty if and only if IsValid.
  IssueList Validate(const json::Value& instance, const ValidateOptions& options = {}) const;

 private:
  std::unique_ptr<const Program> program_;
};

// Compiles a schema text. Nothing is ever fetched: a $ref must resolve inside the document or to
// one of the built-in meta-schemas.
//
// kInvalidSchema (metadata: pointer, line, column, keyword): not JSON, no schema, a keyword with a
// value of the wrong kind, a pattern that RE2 cannot express, a reference that does not resolve, a
// draft or vocabulary keyword that is not supported. kSchemaTooLarge (metadata: limit, value):
// above `limits`, found before anything is compiled.
absl::StatusOr<std::shared_ptr<const CompiledSchema>> Compile(
    std::string text, const CompileLimits& limits = {}
);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COMPILED_SCHEMA_H_
