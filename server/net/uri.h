// Percent-encoding by RFC 3986 and the parts of an address.
#ifndef EXTRACTD_SERVER_NET_URI_H_
#define EXTRACTD_SERVER_NET_URI_H_

#include <string>
#include <string_view>

namespace extractd::net {

// Every byte but A-Z a-z 0-9 - . _ ~ and those of `kept` becomes %XX.
std::string PercentEncode(std::string_view text, std::string_view kept = {});

// Views of an address. Without a path: "/".
struct UrlParts {
  std::string_view scheme = {};
  std::string_view authority = {};  // host, and the port if one is named
  std::string_view path = {};
  std::string_view query = {};  // without the question mark
};
UrlParts SplitUrl(std::string_view url);

// The host of an authority, without port and brackets.
std::string_view HostOf(std::string_view authority);

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_URI_H_
