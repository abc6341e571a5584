// Replies, errors and streams of Cohere's protocol.
#include "server/providers/dialects/cohere/cohere_chat.h"
#include "tests/fuzz/dialect_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return extractd::fuzz::CheckDialect(extractd::providers::CohereChat(), data, size);
}
