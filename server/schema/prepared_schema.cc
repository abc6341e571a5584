#include "server/schema/prepared_schema.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <absl/strings/ascii.h>

#include "server/base/status_macros.h"
#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/json/write.h"
#include "server/schema/outline.h"

namespace extractd::schema {
namespace {

constexpr size_t kMaxNameBytes = 64;
constexpr std::string_view kDefaultName = "answer";

// Conservative: a schema that allows only objects in another way counts as one that does not.
bool HasObjectRoot(const json::Value& root) {
  if (!root.is_object()) return false;
  return json::StringMember(root, "type") == "object";
}

}  // namespace

const LoweredSchema* PreparedSchema::FindLowered(const lower::Subset& subset) const {
  const absl::MutexLock lock(&mutex_);
  const auto entry = std::ranges::find(lowered_, &subset, &Entry::first);
  return entry == lowered_.end() ? nullptr : entry->second.get();
}

const LoweredSchema& PreparedSchema::Lower(const lower::Subset& subset) const {
  if (const LoweredSchema* known = FindLowered(subset)) return *known;
  auto made = std::make_unique<LoweredSchema>();
  made->lowered = lower::Lower(compiled->root(), subset);
  if (made->lowered.carries()) {
    const json::ParseResult parsed = json::ParseView(made->lowered.json);
    made->outline = Outline(std::get<json::Document>(parsed).root());
  }
  const absl::MutexLock lock(&mutex_);
  const auto entry = std::ranges::find(lowered_, &subset, &Entry::first);
  if (entry != lowered_.end()) return *entry->second;
  lowered_.emplace_back(&subset, std::move(made));
  return *lowered_.back().second;
}

size_t PreparedSchema::memory_bytes() const {
  const absl::MutexLock lock(&mutex_);
  size_t bytes = sizeof(*this) + compiled->memory_bytes() + compact.capacity() + outline.capacity();
  bytes += name.capacity();
  for (const auto& [subset, schema] : lowered_) {
    bytes += schema->lowered.memory_bytes() + schema->outline.capacity();
  }
  return bytes;
}

std::string SchemaNameFrom(std::string_view title) {
  std::string name;
  for (const char c : title) {
    const bool fits = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
    if (fits) {
      name.push_back(c);
    } else if (!name.empty() && name.back() != '_') {
      name.push_back('_');
    }
  }
  name.resize(std::min(name.size(), kMaxNameBytes));
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name.empty() ? std::string(kDefaultName) : name;
}

absl::StatusOr<std::shared_ptr<const PreparedSchema>> Prepare(
    std::string text, const CompileLimits& limits
) {
  auto prepared = std::make_shared<PreparedSchema>();
  ASSIGN_OR_RETURN(prepared->compiled, Compile(std::move(text), limits));
  const json::Value& root = prepared->compiled->root();
  prepared->compact = json::ToText(root);
  prepared->outline = Outline(root);
  prepared->name = SchemaNameFrom(prepared->compiled->title());
  prepared->object_root = HasObjectRoot(root);
  return prepared;
}

}  // namespace extractd::schema
