// lower_rows: lowers schemas for checkers that are not ours. Reads a JSON object with the members
// `id` and `schema` from each line of standard input; writes for each schema and subset one with
// `id`, `subset` and the `lowered` schema, or the `obstacle`.
#include <iostream>
#include <string>
#include <string_view>
#include <variant>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/lower/lower.h"

namespace extractd::schema::lower {
namespace {

constexpr size_t kMaxSchemaBytes = size_t{4} << 20U;

void WriteRow(std::string_view id, const json::Value& root, const Subset& subset) {
  const Lowered lowered = Lower(root, subset);
  std::string row = R"({"id":)";
  json::WriteString(id, row);
  row += R"(,"subset":)";
  json::WriteString(subset.name, row);
  row += lowered.obstacle.has_value() ? R"(,"obstacle":)" : R"(,"lowered":)";
  if (lowered.obstacle.has_value()) {
    json::WriteString(lowered.obstacle->reason, row);
  } else {
    row += lowered.json;
  }
  std::cout << row << "}\n";
}

void LowerRow(const std::string& line) {
  const json::ParseResult parsed = json::ParseView(line);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr) return;
  const json::Value* id = document->root().Find("id");
  const json::Value* text = document->root().Find("schema");
  if (id == nullptr || text == nullptr) return;
  const auto schema = Compile(json::ToText(*text), {.max_bytes = kMaxSchemaBytes});
  if (!schema.ok()) return;
  for (const Subset& subset : AllSubsets()) WriteRow(id->string(), (*schema)->root(), subset);
}

}  // namespace
}  // namespace extractd::schema::lower

int main() {
  for (std::string line; std::getline(std::cin, line);) extractd::schema::lower::LowerRow(line);
  return 0;
}
