// AWS event streams. The checksums keep a fuzzer out, so the input is read three ways: as a stream,
// as a block of headers, and as the inside of a message whose checksums are right.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/event_stream/event_stream_decoder.h"
#include "tests/fakes/event_frames.h"
#include "tests/fuzz/require.h"

namespace extractd::net {
namespace {

using fuzz::Require;

struct Outcome {
  std::string messages = {};
  absl::Status status = {};
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome Decode(std::string_view stream, size_t piece_bytes) {
  EventStreamDecoder decoder({.header_bytes = 1 << 12, .payload_bytes = 1 << 16});
  Outcome outcome;
  for (size_t at = 0; at < stream.size() && outcome.status.ok(); at += piece_bytes) {
    decoder.Feed(stream.substr(at, piece_bytes));
    while (true) {
      const auto message = decoder.Next();
      outcome.status = message.status();
      if (!message.ok() || *message == nullptr) break;
      outcome.messages.append((*message)->name()).append((*message)->data()).append("\n");
    }
  }
  return outcome;
}

void Check(std::string_view input) {
  Require(
      Decode(input, 1) == Decode(input, std::max<size_t>(input.size(), 1)), "pieces say the same"
  );
  const auto headers = ReadEventHeaders(input);
  if (headers.ok()) {
    size_t bytes = 0;
    for (const EventHeader& header : *headers) bytes += header.name.size() + header.text.size();
    Require(bytes <= input.size(), "headers are views of their block");
  }
  const size_t header_bytes =
      input.empty() ? 0 : static_cast<unsigned char>(input[0]) % input.size();
  const std::string_view block = input.substr(0, header_bytes);
  const std::string frame = fakes::Frame(block, input.substr(header_bytes));
  const Outcome outcome = Decode(frame + frame, 5);
  Require(
      outcome.status.ok() == ReadEventHeaders(block).ok(), "a message is as good as its headers"
  );
}

}  // namespace
}  // namespace extractd::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  extractd::net::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
