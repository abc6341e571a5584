#include "server/schema/prepared_schema.h"

#include <algorithm>
#include <utility>

#include <absl/strings/ascii.h>

#include "server/base/status_macros.h"
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

size_t PreparedSchema::memory_bytes() const {
  size_t bytes = sizeof(*this) + compiled->memory_bytes();
  bytes += compact.capacity() + outline.capacity() + name.capacity();
  if (openai_strict.has_value()) {
    bytes += openai_strict->pointer.capacity() + openai_strict->keyword.capacity() +
             openai_strict->reason.capacity();
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
  prepared->openai_strict = FindOpenAiStrictObstacle(root);
  return prepared;
}

}  // namespace extractd::schema
