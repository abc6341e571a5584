#include "server/service/request/media_url.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include <absl/strings/ascii.h>
#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "server/base/strings.h"

namespace extractd {
namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view kScheme = "https://";
constexpr std::array<std::string_view, 6> kInnerDomains = {
    "localhost", "local", "internal", "intranet", "lan", "home.arpa"
};

struct Range4 {
  std::uint32_t network;
  unsigned bits;
};
// IANA's special-purpose registry, and multicast with what is above it.
constexpr std::array<Range4, 16> kInner4 = {{
    {0x00000000, 8},   // this network
    {0x0a000000, 8},   // private
    {0x64400000, 10},  // shared
    {0x7f000000, 8},   // loopback
    {0xa9fe0000, 16},  // link-local
    {0xac100000, 12},  // private
    {0xc0000000, 24},  // protocol assignments
    {0xc0000200, 24},  // documentation
    {0xc0586300, 24},  // 6to4 relays
    {0xc0a80000, 16},  // private
    {0xc6120000, 15},  // benchmarks
    {0xc6336400, 24},  // documentation
    {0xcb007100, 24},  // documentation
    {0xe0000000, 4},   // multicast
    {0xf0000000, 4},   // reserved
    {0xffffffff, 32},  // broadcast
}};

bool IsPublic(const ip::address_v4& address) {
  return std::ranges::none_of(kInner4, [&address](const Range4& range) {
    return address.to_uint() >> (32 - range.bits) == range.network >> (32 - range.bits);
  });
}

// Of IPv6 only global unicast is public, and of it not what stands for an IPv4 address: that may be
// any, and who needs one can write it.
bool IsPublic(const ip::address_v6& address) {
  const auto bytes = address.to_bytes();
  const bool global = (bytes[0] & 0xe0U) == 0x20;
  const bool documentation = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d;
  const bool tunnel = (bytes[0] == 0x20 && bytes[1] == 0x02) ||
                      (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0 && bytes[3] == 0);
  return global && !documentation && !tunnel;
}

// Old readers of addresses take "127.1", "0x7f.1" and "2130706433": whatever ends in a number is
// meant as one.
bool LooksLikeAddress(std::string_view host) {
  const std::string_view last = host.substr(host.find_last_of('.') + 1);
  if (last.empty()) return false;
  return absl::ascii_isdigit(static_cast<unsigned char>(last.front())) &&
         std::ranges::all_of(last, [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c)) || c == 'x';
         });
}

bool IsPublicAddress(std::string_view text) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string(text), error);
  if (error) return false;
  return address.is_v4() ? IsPublic(address.to_v4()) : IsPublic(address.to_v6());
}

bool IsPublicName(std::string_view host) {
  if (host.find('.') == std::string_view::npos) return false;
  const bool inner = std::ranges::any_of(kInnerDomains, [host](std::string_view domain) {
    return host == domain || host.ends_with(fmt::format(".{}", domain));
  });
  return !inner && std::ranges::all_of(host, [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_';
  });
}

bool IsPublicHost(std::string_view host) {
  if (host.starts_with('[')) {
    return host.ends_with(']') && IsPublicAddress(host.substr(1, host.size() - 2));
  }
  return LooksLikeAddress(host) ? IsPublicAddress(host) : IsPublicName(host);
}

// The host of an authority without user information, in lower case; nothing if it has a bad port.
std::optional<std::string> HostOf(std::string_view authority) {
  const size_t bracket = authority.find(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view port =
      colon == std::string_view::npos ? std::string_view() : authority.substr(colon + 1);
  const bool digits = std::ranges::all_of(port, [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  if (!digits || port.size() > 5) return std::nullopt;
  std::string host = ToLower(authority.substr(0, colon));
  if (host.ends_with('.')) host.pop_back();
  return host;
}

}  // namespace

std::string ProblemOfMediaUrl(std::string_view url) {
  if (url.size() > kMaxMediaUrlBytes) {
    return fmt::format("has {} bytes, at most {}", url.size(), kMaxMediaUrlBytes);
  }
  const bool printable = std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; });
  if (!printable || url.find('\\') != std::string_view::npos) {
    return "has characters that a URL writes with %";
  }
  if (ToLower(url.substr(0, kScheme.size())) != kScheme) return "must begin with https://";
  const std::string_view rest = url.substr(kScheme.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return "must not hold a user or password";
  const std::optional<std::string> host = HostOf(authority);
  if (!host.has_value() || host->empty()) return "has no usable host";
  if (!IsPublicHost(*host)) return "must name a host on the public internet";
  return {};
}

}  // namespace extractd
