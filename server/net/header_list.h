// HeaderList: the headers of a request in the form that libcurl reads. It keeps its memory, so that
// in the long run no request allocates for its headers.
#ifndef EXTRACTD_SERVER_NET_HEADER_LIST_H_
#define EXTRACTD_SERVER_NET_HEADER_LIST_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

#include "server/net/http.h"

namespace extractd::net {

class HeaderList {
 public:
  // Replaces the list. False, with an empty list, if a header cannot be written: a name that is not
  // a token, or a control character in a value (which could smuggle in a second header).
  bool Assign(std::span<const HttpHeader> headers);

  // Valid until the next Assign.
  curl_slist* get() { return nodes_.empty() ? nullptr : nodes_.data(); }

 private:
  void Append(std::string_view name, std::string_view separator, std::string_view value);
  void Link();

  std::string text_;            // each line with a NUL behind it
  std::vector<size_t> starts_;  // of the lines in text_
  std::vector<curl_slist> nodes_;
};

// True if `text` is an HTTP token: a method or a header name.
bool IsHttpToken(std::string_view text);

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_HEADER_LIST_H_
