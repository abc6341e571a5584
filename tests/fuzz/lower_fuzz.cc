// A byte that picks the subset, a schema and, behind a line break, a value: lowering ends, what it
// makes is a schema, and carrying a value there and back ends in JSON.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/lower/lower.h"
#include "tests/fuzz/require.h"

namespace extractd::schema::lower {
namespace {

using fuzz::Require;

void CheckValue(const Lowered& lowered, std::string_view text) {
  const json::ParseResult parsed = json::ParseView(text);
  const auto* value = std::get_if<json::Document>(&parsed);
  if (value == nullptr) return;
  const json::Document forward = lowered.CarryForward(value->root());
  for (const json::Value* answer : {&value->root(), &forward.root()}) {
    const std::string back = json::ToText(lowered.CarryBack(*answer).root());
    Require(
        std::holds_alternative<json::Document>(json::ParseView(back)), "what comes back is JSON"
    );
    if (!lowered.carries()) {
      Require(back == json::ToText(*answer), "nothing changes where nothing is carried");
    }
  }
}

void Check(std::string_view data) {
  if (data.empty()) return;
  const auto choice = static_cast<unsigned char>(data.front());
  const Subset& subset = AllSubsets()[choice % AllSubsets().size()];
  const Fidelity fidelity = choice >= 128 ? Fidelity::kExact : Fidelity::kPractical;
  data.remove_prefix(1);
  const size_t end = data.find('\n');
  const auto schema =
      Compile(std::string(data.substr(0, end)), {.max_bytes = 1U << 15U, .max_subschemas = 300});
  if (!schema.ok()) return;
  const Lowered lowered = Lower((*schema)->root(), subset, fidelity);
  if (lowered.obstacle.has_value()) {
    return Require(!lowered.obstacle->reason.empty(), "an obstacle has a reason");
  }
  const auto again = Compile(lowered.json, {.max_bytes = 1U << 26U, .max_subschemas = 2'000'000});
  Require(again.ok(), "what is lowered is a schema");
  for (const Loss& loss : lowered.downgrades) {
    Require(!loss.action.empty() && !loss.reason.empty(), "a downgrade says what and why");
  }
  if (end != std::string_view::npos) CheckValue(lowered, data.substr(end + 1));
}

}  // namespace
}  // namespace extractd::schema::lower

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  extractd::schema::lower::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
