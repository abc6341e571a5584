// A schema and an instance, with a line break between them: compiling and validating end, agree
// with themselves and stay within their limits.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "server/base/error.h"
#include "server/json/parse.h"
#include "server/schema/compiled_schema.h"
#include "tests/fuzz/require.h"

namespace extractd::schema {
namespace {

using fuzz::Require;

constexpr size_t kFewIssues = 3;

void CheckFailure(const absl::Status& status) {
  const auto details = DetailsOf(status);
  Require(details.has_value(), "a failure has details");
  const bool known =
      details->reason == Reason::kInvalidSchema || details->reason == Reason::kSchemaTooLarge;
  Require(known, "a failure is about the schema");
  Require(!status.message().empty(), "a failure has a message");
}

void CheckVerdict(const CompiledSchema& schema, const json::Value& instance) {
  for (const bool formats : {false, true}) {
    const bool valid = schema.IsValid(instance, {.assert_formats = formats});
    const IssueList all = schema.Validate(instance, {.assert_formats = formats});
    Require(valid == all.empty(), "the verdict and the issues agree");
    Require(all.listed.size() <= all.total, "no more issues are listed than found");
    Require(all.listed.empty() == all.empty(), "one issue at least is listed");
    const IssueList few =
        schema.Validate(instance, {.assert_formats = formats, .max_issues = kFewIssues});
    Require(few.listed.size() <= kFewIssues, "the limit of issues holds");
    Require(few.total == all.total || few.total >= kFewIssues, "further issues are counted");
  }
}

void Check(std::string_view data) {
  const size_t end = data.find('\n');
  const std::string text(data.substr(0, end));
  const auto schema = Compile(text, {.max_bytes = 1U << 16U, .max_subschemas = 500});
  if (!schema.ok()) return CheckFailure(schema.status());
  Require((*schema)->text() == text, "the text is kept");
  Require((*schema)->memory_bytes() > text.size(), "memory is counted");
  if (end == std::string_view::npos) return;
  const json::ParseResult parsed = json::ParseView(data.substr(end + 1));
  const auto* instance = std::get_if<json::Document>(&parsed);
  if (instance != nullptr) CheckVerdict(**schema, instance->root());
}

}  // namespace
}  // namespace extractd::schema

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  extractd::schema::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
