#include "server/schema/compile/invalid_schema.h"

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/json/pointer.h"
#include "server/json/write.h"
#include "server/schema/compile/locate.h"

namespace extractd::schema {
namespace {

// Names, pointers and references of a hostile schema may be long.
constexpr size_t kMaxShownBytes = 300;
constexpr size_t kMaxMessageBytes = 600;

std::string Shown(std::string_view text, size_t max_bytes = kMaxShownBytes) {
  if (text.size() <= max_bytes) return std::string(text);
  return fmt::format("{}…", CutUtf8(text, max_bytes));
}

}  // namespace

absl::Status InvalidSchema(const SchemaFault& fault, std::string_view text) {
  std::string pointer = fault.pointer;
  if (!fault.keyword.empty()) json::AppendToken(fault.keyword, pointer);
  ErrorDetails details = {.reason = Reason::kInvalidSchema};
  details.metadata = {{"pointer", Shown(pointer)}, {"keyword", Shown(fault.keyword)}};
  const std::string place = fault.pointer.empty() ? "the root" : Shown(fault.pointer);
  const std::string message = Shown(fault.message, kMaxMessageBytes);
  const std::string subject =
      fault.keyword.empty() ? message : fmt::format("\"{}\" {}", Shown(fault.keyword), message);
  if (!fault.document.empty()) {
    details.metadata.emplace_back("document", Shown(fault.document));
    return MakeError(
        details,
        fmt::format("invalid schema at {} of {}: {}", place, Shown(fault.document), subject)
    );
  }
  const json::TextPosition at = json::PositionOf(text, Locate(text, pointer));
  details.metadata.emplace_back("line", std::to_string(at.line));
  details.metadata.emplace_back("column", std::to_string(at.column));
  return MakeError(
      details,
      fmt::format(
          "invalid schema at {} (line {}, column {}): {}", place, at.line, at.column, subject
      )
  );
}

absl::Status NotJson(std::string_view message, std::string_view text, size_t offset) {
  const json::TextPosition at = json::PositionOf(text, offset);
  return MakeError(
      {.reason = Reason::kInvalidSchema,
       .metadata =
           {{"pointer", ""},
            {"keyword", ""},
            {"line", std::to_string(at.line)},
            {"column", std::to_string(at.column)}}},
      fmt::format("the schema is not JSON: {} at line {}, column {}", message, at.line, at.column)
  );
}

absl::Status SchemaTooLarge(std::string_view what, size_t limit, size_t value) {
  return MakeError(
      {.reason = Reason::kSchemaTooLarge,
       .metadata =
           {{"limit", std::to_string(limit)},
            {"value", std::to_string(value)},
            {"what", std::string(what)}}},
      fmt::format("the schema is too large: {} {}, at most {} are allowed", value, what, limit)
  );
}

}  // namespace extractd::schema
