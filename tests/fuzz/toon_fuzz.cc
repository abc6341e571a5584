// TOON: what is read, strictly or leniently, can be written and read again with the same value; so
// can any JSON; and the time is linear.
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "server/json/parse.h"
#include "server/json/repair.h"
#include "server/json/surrogates.h"
#include "server/json/toon/toon.h"
#include "server/json/write.h"
#include "tests/fuzz/require.h"

namespace extractd::json::toon {
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

void CheckRoundTrip(const Value& value, const EncodeOptions& options) {
  const std::string text = Encode(value, options);
  for (const bool strict : {true, false}) {
    const DecodeResult result = Decode(text, {.strict = strict, .indent = options.indent});
    const auto* decoded = std::get_if<Decoded>(&result);
    Require(decoded != nullptr, "what was encoded is decoded");
    Require(Equal(decoded->document.root(), value), "with the same value");
    Require(decoded->repairs.empty(), "and without a repair");
  }
}

void CheckDecoded(const Value& value) {
  const std::string json = ToText(value);
  const ParseResult again = ParseView(json, {.duplicate_keys = DuplicateKeys::kReject});
  Require(std::holds_alternative<Document>(again), "what was decoded is strict JSON");
  CheckRoundTrip(value, {});
}

void CheckDecode(std::string_view text, bool strict) {
  const double start = CpuSeconds();
  const DecodeResult result = Decode(text, {.strict = strict});
  const double time = CpuSeconds() - start;
  Require(
      time <= kSecondsAtLeast + kSecondsPerByte * static_cast<double>(text.size()), "time is linear"
  );
  if (const auto* decoded = std::get_if<Decoded>(&result)) {
    Require(decoded->repairs.size() <= kMaxRepairs, "changes are bounded");
    Require(!strict || decoded->repairs.empty(), "strict decoding changes nothing");
    CheckDecoded(decoded->document.root());
  } else {
    Require(!std::get<DecodeError>(result).message.empty(), "an error says why");
  }
}

void CheckEncode(std::string_view text) {
  const ParseResult parsed = ParseView(text, {.duplicate_keys = DuplicateKeys::kReject});
  const auto* document = std::get_if<Document>(&parsed);
  // Half of a surrogate pair does not survive; two of them could make two names the same.
  if (document == nullptr || ReplaceUnpairedSurrogates(text).has_value()) return;
  CheckRoundTrip(document->root(), {});
  CheckRoundTrip(document->root(), {.delimiter = '|', .indent = 1});
  CheckRoundTrip(document->root(), {.delimiter = '\t', .indent = kMaxIndent});
}

}  // namespace
}  // namespace extractd::json::toon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  extractd::json::toon::CheckDecode(text, /*strict=*/true);
  extractd::json::toon::CheckDecode(text, /*strict=*/false);
  extractd::json::toon::CheckEncode(text);
  return 0;
}
