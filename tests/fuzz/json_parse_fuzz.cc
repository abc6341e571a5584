// The strict parser: what it reads, it reads again from what it writes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/json/write.h"
#include "tests/fuzz/require.h"

namespace extractd::json {
namespace {

using fuzz::Require;

constexpr size_t kMemoryPerByte = 64;
constexpr size_t kMemoryAtLeast = 8192;

void RequireSameAgain(const Value& value, const std::string& text) {
  Require(IsValidUtf8(text), "written text is UTF-8");
  const ParseResult again = ParseView(text);
  Require(std::holds_alternative<Document>(again), "written text is JSON");
  Require(Equal(std::get<Document>(again).root(), value), "written text has the same value");
}

void Check(std::string_view text) {
  const ParseResult result = ParseView(text);
  const ParseResult unique = ParseView(text, {.duplicate_keys = DuplicateKeys::kReject});
  if (const auto* error = std::get_if<ParseError>(&result)) {
    Require(error->offset <= text.size(), "the error lies in the text");
    Require(!error->message.empty(), "an error has a message");
    Require(std::holds_alternative<ParseError>(unique), "rejecting duplicates accepts no more");
    return;
  }
  const auto& document = std::get<Document>(result);
  Require(
      document.memory_bytes() <= kMemoryAtLeast + kMemoryPerByte * text.size(), "memory is linear"
  );
  const std::string compact = ToText(document.root());
  RequireSameAgain(document.root(), compact);
  RequireSameAgain(document.root(), ToIndentedText(document.root()));
  for (const size_t size : {size_t{0}, size_t{1}, size_t{7}, compact.size() / 2}) {
    Require(compact.starts_with(ToShortText(document.root(), size)), "short text is a beginning");
  }
}

}  // namespace
}  // namespace extractd::json

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  extractd::json::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
