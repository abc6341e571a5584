// The tolerant parser: strict JSON needs no repair, what it reads is strict JSON when written, its
// repairs are bounded, and its time is.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/json/pointer.h"
#include "server/json/tolerant.h"
#include "server/json/tolerant/repair_log.h"
#include "server/json/write.h"
#include "tests/fuzz/require.h"

namespace extractd::json {
namespace {

using fuzz::Require;

// CPU time that instrumented code may take, however busy the machine is.
constexpr double kSecondsAtLeast = 0.2;
constexpr double kSecondsPerByte = 20e-6;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void CheckRepair(const Repair& repair) {
  Require(!repair.kind.empty(), "a repair has a kind");
  Require(SplitPointer(repair.path).has_value(), "a path is a JSON Pointer");
  Require(repair.path.size() <= 3 * kMaxRepairPathBytes, "a path is bounded");
  // The brackets that close a truncated value come on top.
  Require(repair.after.size() <= kMaxRepairTextBytes + kMaxDepth, "the text after is bounded");
  for (const std::string_view text : {repair.path, repair.before, repair.after}) {
    Require(IsValidUtf8(text), "a repair is UTF-8");
  }
}

void CheckDocument(const TolerantResult& result) {
  const Value& root = result.document->root();
  const std::string written = ToText(root);
  const ParseResult again = ParseView(written, {.duplicate_keys = DuplicateKeys::kReject});
  Require(std::holds_alternative<Document>(again), "what was read is strict JSON");
  Require(Equal(std::get<Document>(again).root(), root), "what was read has the same value again");
  const bool cut = std::ranges::any_of(result.repairs, [](const Repair& repair) {
    return repair.kind == repair_kind::kTruncated && !repair.lossless;
  });
  Require(cut == result.truncated, "a truncated value is closed with a repair, and no other");
}

void Check(std::string_view text) {
  const double start = CpuSeconds();
  const TolerantResult result = ParseTolerant(text);
  const double time = CpuSeconds() - start;
  Require(
      time <= kSecondsAtLeast + kSecondsPerByte * static_cast<double>(text.size()), "time is linear"
  );
  Require(result.repairs.size() <= kMaxRepairs, "changes are bounded");
  Require(result.error_offset <= text.size(), "the error lies in the text");
  Require(result.document.has_value() == result.error.empty(), "no value without an error");
  for (const Repair& repair : result.repairs) CheckRepair(repair);
  if (result.document.has_value()) CheckDocument(result);

  const ParseResult strict = ParseView(text, {.duplicate_keys = DuplicateKeys::kReject});
  const auto* document = std::get_if<Document>(&strict);
  if (document == nullptr) return;
  Require(result.document.has_value(), "strict JSON is read");
  Require(Equal(result.document->root(), document->root()), "strict JSON is read as it is");
  Require(result.repairs.empty() && !result.truncated, "strict JSON needs no repair");
}

}  // namespace
}  // namespace extractd::json

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  extractd::json::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
