#include "server/schema/schema_library.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/base/error.h"

namespace extractd::schema {
namespace {

constexpr size_t kMaxNameBytes = 64;
// Names whose schemas were all pushed out still count versions; so many are remembered.
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

SchemaLibrary::SchemaPtr SchemaLibrary::FindLocked(std::string_view reference) {
  if (SchemaPtr found = schemas_.Find(reference)) return found;
  const auto newest = newest_.find(reference);
  return newest == newest_.end() ? nullptr : schemas_.Find(KeyOf(reference, newest->second));
}

SchemaLibrary::Added SchemaLibrary::Add(
    std::string_view id, std::string_view text, std::string_view name
) {
  const absl::MutexLock lock(&mutex_);
  SchemaPtr known = FindLocked(name.empty() ? id : name);
  if (known != nullptr && known->id == id) return {known, false};

  auto added = std::make_shared<RegisteredSchema>();
  added->id = std::string(id);
  added->name = std::string(name);
  added->text = std::string(text);
  added->created = std::chrono::system_clock::now();
  const size_t bytes = sizeof(RegisteredSchema) + text.size() + name.size() + id.size();
  if (name.empty()) {
    schemas_.Put(id, added, bytes);
    return {added, true};
  }
  if (newest_.size() >= kMaxNames && !newest_.contains(name)) newest_.erase(newest_.begin());
  added->version = ++newest_[name];
  schemas_.Put(KeyOf(name, added->version), added, bytes);
  // Found by its id too. Counted twice, since either entry may outlive the other.
  if (schemas_.Find(id) == nullptr) schemas_.Put(id, added, bytes);
  return {added, true};
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
