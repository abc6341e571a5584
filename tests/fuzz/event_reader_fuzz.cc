// Streamed bodies of every framing: whatever they are, the pieces that they come in make no
// difference, and nothing is handed over that is larger than the limit.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/net/streams/json_array_reader.h"
#include "server/net/streams/json_lines_reader.h"
#include "server/net/streams/sse_reader.h"
#include "tests/fuzz/require.h"

namespace extractd::net {
namespace {

using fuzz::Require;

constexpr size_t kLimit = 64;

std::unique_ptr<EventReader> NewReader(unsigned framing) {
  if (framing == 0) return std::make_unique<SseReader>(kLimit);
  if (framing == 1) return std::make_unique<JsonLinesReader>(kLimit);
  return std::make_unique<JsonArrayReader>(kLimit);
}

// All that is handed over of `body`, in pieces of `size` bytes, and how it ended.
std::string Read(unsigned framing, std::string_view body, size_t size) {
  const std::unique_ptr<EventReader> reader = NewReader(framing);
  std::string told;
  const auto on_event = [&told](std::string_view name, std::string_view data) {
    Require(name.size() <= kLimit && data.size() <= kLimit, "events are within the limit");
    told.append(name).append("|").append(data).append("\n");
    return data != "[DONE]";
  };
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, size);
    body.remove_prefix(piece.size());
    reader->Read(piece, on_event);
  }
  const EventReader::Progress progress = reader->Finish(on_event);
  return told + std::to_string(static_cast<int>(progress));
}

}  // namespace
}  // namespace extractd::net

// The first byte chooses the framing and the size of the pieces, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned framing = data[0] % 3U;
  const std::string_view body = {reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::string whole = extractd::net::Read(framing, body, std::max<size_t>(body.size(), 1));
  const std::string pieces = extractd::net::Read(framing, body, 1 + (data[0] / 3U));
  extractd::fuzz::Require(whole == pieces, "pieces make no difference");
  return 0;
}
