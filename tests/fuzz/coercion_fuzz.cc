// Schema-directed reading: what is called valid is strict JSON that obeys the schema, a strict
// answer that obeys it is not touched, losses stay behind their gate, and time is bounded.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/json/pointer.h"
#include "server/schema/verdict.h"
#include "tests/fuzz/require.h"

namespace extractd::schema {
namespace {

using fuzz::Require;
using SchemaPtr = std::shared_ptr<const CompiledSchema>;

// CPU time that instrumented code may take, however busy the machine is.
constexpr double kSecondsAtLeast = 2;
constexpr double kSecondsPerByte = 1e-3;

constexpr std::array<std::string_view, 6> kSchemas = {
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},)"
    R"("tags":{"type":"array","items":{"type":"string"}},"born":{"type":"string","format":"date"},)"
    R"("ok":{"type":["boolean","null"]}},"required":["name"],"additionalProperties":false})",
    R"({"type":"array","items":{"anyOf":[{"type":"number","maximum":1},{"enum":["LOW","HIGH"]},)"
    R"({"type":"object","properties":{"a":{"x-alias":"b"}},"required":["a"]}]}})",
    R"({"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"v":{"type":"integer"},)"
    R"("k":{"type":"array","items":{"$ref":"#/$defs/n"}}},"required":["v"]}}})",
    R"({"type":"string","minLength":2})",
    R"({"oneOf":[{"type":"integer"},{"type":"array","items":{"$ref":"#"}}]})",
    R"({"type":"object","additionalProperties":{"type":"number"}})",
};

const CompiledSchema& SchemaOf(std::uint8_t choice) {
  static const auto* const compiled = [] {
    auto* all = new std::array<SchemaPtr, kSchemas.size()>;
    for (size_t i = 0; i < kSchemas.size(); ++i) (*all)[i] = *Compile(std::string(kSchemas[i]));
    return all;
  }();
  return *(*compiled)[choice % kSchemas.size()];
}

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void CheckVerdict(const CompiledSchema& schema, const Verdict& verdict, json::MaxLoss max_loss) {
  Require(verdict.valid == verdict.issues.empty(), "what is not valid has an issue");
  Require(verdict.repairs.size() <= json::kMaxRepairs, "changes are bounded");
  for (const json::Repair& repair : verdict.repairs) {
    Require(repair.lossless || max_loss == json::MaxLoss::kLossy, "the gate holds");
    Require(json::SplitPointer(repair.path).has_value(), "a path is a JSON Pointer");
    for (const std::string_view text : {repair.path, repair.before, repair.after}) {
      Require(IsValidUtf8(text), "a repair is UTF-8");
    }
  }
  if (!verdict.valid) return;
  const json::ParseResult parsed =
      json::ParseView(verdict.json, {.duplicate_keys = json::DuplicateKeys::kReject});
  const auto* document = std::get_if<json::Document>(&parsed);
  Require(document != nullptr, "what is valid is strict JSON");
  Require(schema.IsValid(document->root()), "what is valid obeys the schema");
}

void Check(const CompiledSchema& schema, std::string_view text) {
  for (const json::MaxLoss max_loss : {json::MaxLoss::kLossless, json::MaxLoss::kLossy}) {
    const double start = CpuSeconds();
    const bool close = max_loss == json::MaxLoss::kLossy;
    const Verdict verdict = Judge(schema, text, {.max_loss = max_loss, .close_truncated = close});
    const double time = CpuSeconds() - start;
    Require(
        time <= kSecondsAtLeast + kSecondsPerByte * static_cast<double>(text.size()),
        "time is bounded"
    );
    CheckVerdict(schema, verdict, max_loss);
  }
}

}  // namespace
}  // namespace extractd::schema

// The first byte chooses the schema.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  extractd::schema::Check(
      extractd::schema::SchemaOf(data[0]), {reinterpret_cast<const char*>(data + 1), size - 1}
  );
  return 0;
}
