#include "server/schema/compile/compile.h"

#include <array>
#include <utility>
#include <variant>

#include <openssl/sha.h>

#include "server/base/status_macros.h"
#include "server/json/parse.h"
#include "server/schema/compile/compiler.h"
#include "server/schema/compile/cycles.h"
#include "server/schema/compile/invalid_schema.h"
#include "server/schema/compile/meta_check.h"
#include "server/schema/meta_schemas.h"
#include "server/schema/program/program.h"

namespace extractd::schema {

std::string ContentId(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string id = "sha256:";
  for (const unsigned char byte : digest) {
    id.push_back(kHex[byte >> 4U]);
    id.push_back(kHex[byte & 15U]);
  }
  return id;
}

absl::StatusOr<std::shared_ptr<const CompiledSchema>> CompileFrom(CompileRequest request) {
  if (request.text.size() > request.limits.max_bytes) {
    return SchemaTooLarge("bytes", request.limits.max_bytes, request.text.size());
  }
  auto program = std::make_unique<CompiledSchema::Program>();
  program->text = std::move(request.text);
  json::ParseResult parsed =
      json::ParseView(program->text, {.duplicate_keys = json::DuplicateKeys::kReject});
  if (const auto* error = std::get_if<json::ParseError>(&parsed)) {
    return NotJson(error->message, program->text, error->offset);
  }
  program->document = std::get<json::Document>(std::move(parsed));
  program->id = ContentId(program->text);
  const DocumentSource source = std::move(request.source);
  SchemaStore store(program->text, source, request.limits.max_subschemas);
  RETURN_IF_ERROR(store.AddRoot(program->document.root(), ""));
  RETURN_IF_ERROR(Compiler(store, *program).Run());
  RETURN_IF_ERROR(CheckNesting(*program));
  if (request.check_meta_schema) {
    RETURN_IF_ERROR(CheckAgainstMetaSchema(store, source));
  }
  program->others = store.TakeDocuments();
  return std::make_shared<const CompiledSchema>(std::move(program));
}

absl::StatusOr<std::shared_ptr<const CompiledSchema>> Compile(
    std::string text, const CompileLimits& limits
) {
  return CompileFrom({.text = std::move(text), .limits = limits, .source = FindMetaSchema});
}

}  // namespace extractd::schema
