// Replies, errors and streams of Ollama's native protocol.
#include "server/providers/dialects/ollama/ollama_chat.h"
#include "tests/fuzz/dialect_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return extractd::fuzz::CheckDialect(extractd::providers::OllamaChat(), data, size);
}
