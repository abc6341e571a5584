// ScriptedReply: what an HttpImposter does with one request. A reply is a value; its methods change
// it and can be chained:
//
//   ScriptedReply::Json(R"({"ok":true})").With("retry-after", "2").After(50ms).Gzipped()
#ifndef EXTRACTD_TESTS_FAKES_IMPOSTER_SCRIPT_H_
#define EXTRACTD_TESTS_FAKES_IMPOSTER_SCRIPT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace extractd::fakes {

struct ScriptedReply {
  // 200 with this body, as application/json.
  static ScriptedReply Json(std::string body);
  // 200 with this body, as text/event-stream.
  static ScriptedReply EventStream(std::string body);
  // Any status, as application/json.
  static ScriptedReply Status(int status, std::string body = "{}");
  // These bytes in place of an HTTP reply; then the connection stays open.
  static ScriptedReply Raw(std::string bytes);
  // Never answers; the connection stays open until the peer closes it.
  static ScriptedReply Silence();
  // Closes the connection without a byte.
  static ScriptedReply HangUp();

  ScriptedReply& With(std::string name, std::string value);
  // Waits so long before the first byte.
  ScriptedReply& After(std::chrono::milliseconds wait);
  // Sends the body in pieces of so many bytes with this wait before each.
  ScriptedReply& Dripping(size_t bytes, std::chrono::milliseconds wait);
  // Breaks off after so many bytes of the body (as it travels), by a FIN or by an RST. The
  // content-length still promises all of it.
  ScriptedReply& CutAfter(size_t bytes);
  ScriptedReply& ResetAfter(size_t bytes);
  // Stops sending after so many bytes of the body, but keeps the connection.
  ScriptedReply& StallAfter(size_t bytes);
  ScriptedReply& Gzipped();
  // The body as one chunk per 1,000 bytes instead of a content-length.
  ScriptedReply& Chunked();
  // Says `connection: close` and does so after the reply.
  ScriptedReply& Closing();

  enum class End : std::uint8_t { kKeep, kClose, kReset, kStall };

  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  bool is_raw = false;
  bool gzip = false;
  bool chunked = false;
  std::chrono::milliseconds delay{0};
  size_t drip_bytes = 0;  // 0: all at once
  std::chrono::milliseconds drip_wait{0};
  std::optional<size_t> stop_after = {};  // bytes of the body
  End end = End::kKeep;
};

// A reply as it travels, before it is cut.
struct WireReply {
  std::string head = {};  // empty for raw bytes
  std::string body = {};
};
WireReply Render(const ScriptedReply& reply);

std::string Gzip(std::string_view text);

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_IMPOSTER_SCRIPT_H_
