// lower_rows [SUBSET]: lowers schemas for checkers that are not ours. Reads a JSON object with the
// members `id` and `schema` from each line of standard input; writes for each schema and subset one
// with `id`, `subset` and the `lowered` schema with its `downgrades` as [pointer, keyword], or the
// `obstacle`. For one subset it also carries the `data` of valid `instances`: `answers` are what a
// provider would give, `narrows` says that some of them may be impossible.
#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <variant>

#include "server/json/parse.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/lower/lower.h"

namespace extractd::schema::lower {
namespace {

constexpr size_t kMaxSchemaBytes = size_t{4} << 20U;

bool Narrows(const Lowered& lowered) {
  return !lowered.narrowings.empty() ||
         std::ranges::find(lowered.downgrades, action::kNarrowed, &Loss::action) !=
             lowered.downgrades.end();
}

void PutLowered(const Lowered& lowered, json::TextWriter& out) {
  out.Key("lowered").Raw(lowered.json);
  out.Key("downgrades").BeginArray();
  for (const Loss& loss : lowered.downgrades) {
    out.BeginArray().String(loss.pointer).String(loss.keyword).EndArray();
  }
  out.EndArray();
}

void PutAnswers(
    const CompiledSchema& schema,
    const json::Value& instances,
    const Lowered& lowered,
    json::TextWriter& out
) {
  out.Member("narrows", Narrows(lowered)).Key("answers").BeginArray();
  for (const json::Value& instance : instances) {
    const json::Value* data = instance.Find("data");
    if (data == nullptr || !schema.IsValid(*data, {.assert_formats = true})) continue;
    out.Raw(json::ToText(lowered.CarryForward(*data).root()));
  }
  out.EndArray();
}

std::string RowOf(
    const json::Value& row, const CompiledSchema& schema, const Subset& subset, bool answers
) {
  const Lowered lowered = Lower(schema.root(), subset);
  json::TextWriter out;
  out.BeginObject().Member("id", row.Find("id")->string()).Member("subset", subset.name);
  const json::Value* instances = row.Find("instances");
  if (lowered.obstacle.has_value()) {
    out.Member("obstacle", lowered.obstacle->reason);
  } else {
    PutLowered(lowered, out);
    if (answers && instances != nullptr) PutAnswers(schema, *instances, lowered, out);
  }
  out.EndObject();
  return std::move(out).Take();
}

void LowerRow(const std::string& line, std::string_view only) {
  const json::ParseResult parsed = json::ParseView(line);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr) return;
  const json::Value& row = document->root();
  const json::Value* text = row.Find("schema");
  if (row.Find("id") == nullptr || text == nullptr) return;
  const auto schema = Compile(json::ToText(*text), {.max_bytes = kMaxSchemaBytes});
  if (!schema.ok()) return;
  for (const Subset& subset : AllSubsets()) {
    if (only.empty() || only == subset.name) {
      std::cout << RowOf(row, **schema, subset, !only.empty()) << "\n";
    }
  }
}

}  // namespace
}  // namespace extractd::schema::lower

int main(int argc, char** argv) {
  const std::string_view only = argc > 1 ? argv[1] : "";
  for (std::string line; std::getline(std::cin, line);) {
    extractd::schema::lower::LowerRow(line, only);
  }
  return 0;
}
