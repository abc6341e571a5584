// The name of a message type, a line break, and a FileDescriptorSet: refused by the field, or a
// type whose schema compiles, within limits and in linear time.
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string_view>
#include <vector>

#include "server/base/error.h"
#include "server/base/utf8.h"
#include "server/schema/compiled_schema.h"
#include "server/service/protobuf/protobuf_type.h"
#include "server/service/rpc/wire_check.h"
#include "tests/fuzz/require.h"

namespace extractd {
namespace {

using fuzz::Require;

constexpr size_t kMaxBytes = 1U << 16U;
// CPU time that instrumented code may take, however busy the machine is.
constexpr double kSecondsAtLeast = 0.5;
constexpr double kSecondsPerByte = 50e-6;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + (static_cast<double>(now.tv_nsec) * 1e-9);
}

void CheckRefused(const std::vector<FieldViolation>& violations) {
  Require(violations.size() == 1, "one thing is said to be wrong");
  const FieldViolation& violation = violations.front();
  const bool known =
      violation.field == "p.file_descriptor_set" || violation.field == "p.message_type";
  Require(known, "the field is named");
  Require(!violation.description.empty(), "it says what is wrong");
  Require(violation.description.size() < 1000, "what it says is bounded");
  Require(IsValidUtf8(violation.description), "what it says is UTF-8");
}

void CheckType(const ProtobufType& type, std::string_view source) {
  Require(type.source() == source, "the type knows what it was made of");
  Require(type.json_schema().size() <= kMaxBytes, "the schema is within its limit");
  Require(type.memory_bytes() > type.json_schema().size(), "memory is counted");
  const auto compiled = schema::Compile(type.json_schema());
  if (!compiled.ok()) {
    const auto details = DetailsOf(compiled.status());
    const bool too_large = details.has_value() && details->reason == Reason::kSchemaTooLarge;
    Require(too_large, "the schema is one");
  }
  const auto any = type.ToAny("{}");
  Require(!any.ok() || any->value().size() <= source.size(), "an empty message is small");
}

void Check(std::string_view source) {
  const double start = CpuSeconds();
  std::vector<FieldViolation> violations;
  const auto type =
      ProtobufType::Make(ProtobufType::FromSource(source), "p", kMaxBytes, violations);
  const double limit = kSecondsAtLeast + (kSecondsPerByte * static_cast<double>(source.size()));
  Require(CpuSeconds() - start <= limit, "time is linear");
  if (type == nullptr) return CheckRefused(violations);
  Require(violations.empty(), "a type comes without complaints");
  if (source.find('\n') != std::string_view::npos) CheckType(*type, source);
}

}  // namespace
}  // namespace extractd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  extractd::CaptureProtobufLog();
  extractd::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
