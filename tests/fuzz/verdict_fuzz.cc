// The verdict on any text, with each limit of loss: what is accepted is JSON that every client can
// read, and no more was changed than may be.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/json/repair.h"
#include "server/json/surrogates.h"
#include "server/schema/verdict.h"
#include "tests/fuzz/require.h"

namespace extractd::schema {
namespace {

using fuzz::Require;
using json::MaxLoss;

bool MayBeMade(const json::Repair& repair, MaxLoss max_loss) {
  return max_loss == MaxLoss::kLossy || (max_loss == MaxLoss::kLossless && repair.lossless);
}

void CheckAccepted(const Verdict& verdict, MaxLoss max_loss) {
  Require(!verdict.truncated, "what was cut off is not accepted");
  Require(IsValidUtf8(verdict.json), "an answer is UTF-8");
  const json::ParseResult strict =
      json::ParseView(verdict.json, {.duplicate_keys = json::DuplicateKeys::kReject});
  Require(std::holds_alternative<json::Document>(strict), "an answer is strict JSON");
  Require(!json::ReplaceUnpairedSurrogates(verdict.json), "an answer has characters only");
  Require(verdict.repairs.size() <= json::kMaxRepairs, "changes are bounded");
  const bool allowed = std::ranges::all_of(verdict.repairs, [max_loss](const json::Repair& repair) {
    return MayBeMade(repair, max_loss);
  });
  Require(allowed, "no change is above the limit of loss");
}

void Check(std::string_view text) {
  const auto takes_anything = [](const json::Value&) { return IssueList{}; };
  bool accepted_before = false;
  for (const MaxLoss max_loss : {MaxLoss::kNone, MaxLoss::kLossless, MaxLoss::kLossy}) {
    const Verdict verdict = Judge(takes_anything, text, max_loss);
    Require(verdict.valid == verdict.issues.empty(), "what is not valid has an issue");
    Require(verdict.valid != verdict.json.empty(), "there is an answer, or none");
    if (verdict.valid) CheckAccepted(verdict, max_loss);
    Require(verdict.valid || !accepted_before, "what may lose more accepts no less");
    accepted_before = verdict.valid;
  }
}

}  // namespace
}  // namespace extractd::schema

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  extractd::schema::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
