// PreparedSchema: a compiled schema and what every call with it needs besides: made once, cached,
// shared. Thread-safe; all that ever changes is that subsets are added to it.
#ifndef EXTRACTD_SERVER_SCHEMA_PREPARED_SCHEMA_H_
#define EXTRACTD_SERVER_SCHEMA_PREPARED_SCHEMA_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "server/schema/compiled_schema.h"
#include "server/schema/lower/lower.h"

namespace extractd::schema {

// The schema as the providers of one subset take it.
struct LoweredSchema {
  lower::Lowered lowered = {};
  std::string outline = {};  // of the lowered schema, where its answers differ; else empty
};

struct PreparedSchema {
  std::shared_ptr<const CompiledSchema> compiled = {};
  std::string compact = {};  // the schema without white space, key order kept
  std::string outline = {};  // see outline.h
  std::string name = {};     // the title, made to fit [A-Za-z0-9_-]{1,64}; else "answer"
  bool object_root = false;  // every valid instance is an object

  // Null: not lowered to that subset yet. What is returned lives as long as this.
  const LoweredSchema* FindLowered(const lower::Subset& subset) const;
  // Lowers it once for each subset.
  const LoweredSchema& Lower(const lower::Subset& subset) const;

  size_t memory_bytes() const;

 private:
  using Entry = std::pair<const lower::Subset*, std::unique_ptr<const LoweredSchema>>;
  mutable absl::Mutex mutex_;
  mutable std::vector<Entry> lowered_ ABSL_GUARDED_BY(mutex_);
};

// Fails as Compile does.
absl::StatusOr<std::shared_ptr<const PreparedSchema>> Prepare(
    std::string text, const CompileLimits& limits
);

// `title` with every run of other characters replaced by "_", cut to 64; "answer" if nothing is
// left.
std::string SchemaNameFrom(std::string_view title);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PREPARED_SCHEMA_H_
