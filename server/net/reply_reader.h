// ReplyReader: takes a reply as libcurl hands it over, line by line and piece by piece, and refuses
// what is too large.
#ifndef EXTRACTD_SERVER_NET_REPLY_READER_H_
#define EXTRACTD_SERVER_NET_REPLY_READER_H_

#include <cstddef>
#include <string_view>

#include "server/net/http.h"

namespace extractd::net {

// Of all headers of a reply together, trailers included.
inline constexpr size_t kMaxReplyHeaderBytes = size_t{64} << 10U;

class ReplyReader {
 public:
  // `reply` outlives this.
  ReplyReader(HttpReply& reply, size_t max_body_bytes)
      : reply_(reply), max_body_bytes_(max_body_bytes) {}

  // One line of the head with its end, the status line included: each of those begins the reply
  // anew, since an interim one (1xx) may precede it. False: refused.
  bool OnHeaderLine(std::string_view line);
  // A piece of the body, decompressed. False: refused.
  bool OnBody(std::string_view bytes);
  // A piece of the body that somebody else keeps. False: refused.
  bool CountBody(size_t bytes);
  // That came.
  size_t body_bytes() const { return body_bytes_; }

  // True once a line was refused: the headers, not the body, were too large.
  bool headers_too_large() const { return header_bytes_ > kMaxReplyHeaderBytes; }

 private:
  void Begin();
  void ReserveBody(std::string_view content_length);

  HttpReply& reply_;
  size_t max_body_bytes_;
  size_t header_bytes_ = 0;
  size_t body_bytes_ = 0;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_REPLY_READER_H_
