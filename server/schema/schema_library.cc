#include "server/schema/schema_library.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "server/base/error.h"

namespace extractd::schema {
namespace {

constexpr size_t kMaxNameBytes = 64;
// Names whose schemas were all pushed out still count versions; so many are remembered. A name that
// may have been forgotten goes on above all versions there were, so that none ever means two
// schemas.
constexpr size_t kMaxNames = 100'000;

std::string KeyOf(std::string_view name, int version) {
  return fmt::format("{}@{}", name, version);
}

}  // namespace

bool IsSchemaLibraryName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

SchemaLibrary::SchemaLibrary(size_t max_bytes)
    : schemas_(max_bytes), newest_(std::numeric_limits<size_t>::max(), kMaxNames) {}

SchemaLibrary::SchemaPtr SchemaLibrary::FindLocked(std::string_view reference) {
  if (SchemaPtr found = schemas_.Find(reference)) return found;
  const std::shared_ptr<const int> newest = newest_.Find(reference);
  return newest == nullptr ? nullptr : schemas_.Find(KeyOf(reference, *newest));
}

int SchemaLibrary::NextVersionLocked(std::string_view name) {
  const std::shared_ptr<const int> newest = newest_.Find(name);
  const int unknown = newest_.stats().evictions > 0 ? highest_ : 0;
  const int version = 1 + (newest == nullptr ? unknown : *newest);
  highest_ = std::max(highest_, version);
  newest_.Put(name, std::make_shared<const int>(version), sizeof(version));
  return version;
}

SchemaLibrary::Added SchemaLibrary::Add(
    std::string_view id, std::string_view text, std::string_view name, std::string_view source
) {
  const absl::MutexLock lock(&mutex_);
  SchemaPtr known = FindLocked(name.empty() ? id : name);
  if (known != nullptr && known->id == id) return {known, false};

  auto added = std::make_shared<RegisteredSchema>();
  added->id = std::string(id);
  added->name = std::string(name);
  added->text = std::string(text);
  added->source = std::string(source);
  added->created = std::chrono::system_clock::now();
  const size_t bytes =
      sizeof(RegisteredSchema) + text.size() + source.size() + name.size() + id.size();
  if (name.empty()) {
    schemas_.Put(id, added, bytes);
    return {added, true};
  }
  added->version = NextVersionLocked(name);
  schemas_.Put(KeyOf(name, added->version), added, bytes);
  // Found by its id too. Counted twice, since either entry may outlive the other.
  if (schemas_.Find(id) == nullptr) schemas_.Put(id, added, bytes);
  return {added, true};
}

std::shared_ptr<const RegisteredSchema> SchemaLibrary::Newest(std::string_view name) {
  const absl::MutexLock lock(&mutex_);
  return FindLocked(name);
}

SchemaLibrary::Page SchemaLibrary::List(
    std::string_view prefix, std::string_view after, size_t size
) const {
  const size_t at = std::min(after.rfind('@'), after.size());
  const std::string_view last_name = after.substr(0, at);
  int last_version = 0;
  if (at < after.size()) {
    std::from_chars(after.data() + at + 1, after.data() + after.size(), last_version);
  }
  std::vector<SchemaPtr> found;
  {
    const absl::MutexLock lock(&mutex_);
    schemas_.ForEach([&](std::string_view key, const SchemaPtr& schema) {
      const std::string_view name = schema->name;
      // An entry by id is the same schema once more.
      if (!name.starts_with(prefix) || key != KeyOf(name, schema->version)) return;
      if (name > last_name || (name == last_name && schema->version < last_version)) {
        found.push_back(schema);
      }
    });
  }
  std::ranges::sort(found, [](const SchemaPtr& a, const SchemaPtr& b) {
    return a->name != b->name ? a->name < b->name : a->version > b->version;
  });
  Page page;
  if (found.size() > size) {
    found.resize(size);
    page.next = KeyOf(found.back()->name, found.back()->version);
  }
  page.schemas = std::move(found);
  return page;
}

absl::StatusOr<std::shared_ptr<const RegisteredSchema>> SchemaLibrary::Find(
    std::string_view reference
) {
  {
    const absl::MutexLock lock(&mutex_);
    if (SchemaPtr found = FindLocked(reference)) return found;
  }
  return MakeError(
      {.reason = Reason::kSchemaNotFound},
      fmt::format("no schema '{}' is registered; register it again", reference.substr(0, 128))
  );
}

LruStats SchemaLibrary::stats() const {
  const absl::MutexLock lock(&mutex_);
  return schemas_.stats();
}

}  // namespace extractd::schema
