// Patch: a question for the wrong parts of an answer alone, and the whole answer with what came.
//
//   std::optional<Patch> patch = MakePatch(schema_root, answer, issues);
//   if (patch) … ask under patch->schema for an object with patch->parts …
//   std::string whole = ApplyPatch(answer, *patch, reply);
#ifndef EXTRACTD_SERVER_SCHEMA_PATCH_PATCH_H_
#define EXTRACTD_SERVER_SCHEMA_PATCH_PATCH_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "server/json/value.h"
#include "server/schema/issue.h"

namespace extractd::schema {

// One place of the answer that is asked for again.
struct PatchPart {
  std::string name = {};     // of the property that brings its value: fix_1, fix_2 …
  std::string path = {};     // JSON Pointer into the answer; may point to what is missing
  std::string context = {};  // what stands around it, cut
  std::vector<std::string> problems = {};  // the issues' messages
};

struct Patch {
  std::vector<PatchPart> parts = {};
  std::string schema = {};  // of an object with all parts
};

inline constexpr size_t kMaxPatchParts = 32;
// Of the schema: what is larger is no slice any more, and would be long in compiling.
inline constexpr size_t kMaxPatchSchemaBytes = 16 * 1024;

// Nothing: asking for the whole answer is better, because the issues are of the whole, of unknown
// parts, of more than half of it, or of too many parts. `schema` validates `answer`; paths of
// `issues` are the answer's.
std::optional<Patch> MakePatch(
    const json::Value& schema, const json::Value& answer, const IssueList& issues
);

// `answer` with the values that `reply`, an object, has for parts of the patch.
std::string ApplyPatch(const json::Value& answer, const Patch& patch, const json::Value& reply);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PATCH_PATCH_H_
