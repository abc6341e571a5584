// SchemaLibrary: registered schemas, by content id and by name with versions. In memory, bounded in
// bytes; the least recently used entry goes first. Thread-safe.
#ifndef EXTRACTD_SERVER_SCHEMA_SCHEMA_LIBRARY_H_
#define EXTRACTD_SERVER_SCHEMA_SCHEMA_LIBRARY_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "server/base/byte_lru.h"

namespace extractd::schema {

struct RegisteredSchema {
  std::string id = {};    // "sha256:…" of the text, or of its source if it has one
  std::string name = {};  // empty: registered by id only
  int version = 0;        // 1, 2, 3 … within the name; 0 without one
  std::string text = {};
  std::string source = {};  // that the text was made of, if it was written as something else
  std::chrono::system_clock::time_point created = {};
};

class SchemaLibrary {
 public:
  explicit SchemaLibrary(size_t max_bytes);

  struct Added {
    std::shared_ptr<const RegisteredSchema> schema;
    bool created = false;  // false: it was there already
  };
  // Keeps a schema that is known to compile. With a name it becomes the next version, unless the
  // newest one has the same id. A version never means another schema later.
  Added Add(
      std::string_view id,
      std::string_view text,
      std::string_view name,
      std::string_view source = {}
  );

  // The newest version of a name; null: there is none (any more).
  std::shared_ptr<const RegisteredSchema> Newest(std::string_view name);

  struct Page {
    std::vector<std::shared_ptr<const RegisteredSchema>> schemas = {};
    std::string next = {};  // name@version of the last one if there are more; else empty
  };
  // Named schemas by name, the newest version first, from the one after `after` on, which is
  // Page::next of the page before or empty. At most `size`. Looks at every schema, and keeps none
  // from being pushed out.
  Page List(std::string_view prefix, std::string_view after, size_t size) const;

  // By "sha256:…", "name" (newest version) or "name@version".
  // kSchemaNotFound: there is none (any more).
  absl::StatusOr<std::shared_ptr<const RegisteredSchema>> Find(std::string_view reference);

  LruStats stats() const;

 private:
  using SchemaPtr = std::shared_ptr<const RegisteredSchema>;
  SchemaPtr FindLocked(std::string_view reference) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int NextVersionLocked(std::string_view name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  ByteLru<const RegisteredSchema> schemas_ ABSL_GUARDED_BY(mutex_);  // by id and by name@version
  ByteLru<const int> newest_ ABSL_GUARDED_BY(mutex_);                // version by name
  int highest_ ABSL_GUARDED_BY(mutex_) = 0;                          // version of any name, ever
};

// A name for the library: 1 to 64 of a-z 0-9 _ -.
bool IsSchemaLibraryName(std::string_view name);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_SCHEMA_LIBRARY_H_
