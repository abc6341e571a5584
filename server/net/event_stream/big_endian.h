// Integers as networks write them.
#ifndef EXTRACTD_SERVER_NET_EVENT_STREAM_BIG_ENDIAN_H_
#define EXTRACTD_SERVER_NET_EVENT_STREAM_BIG_ENDIAN_H_

#include <cstdint>
#include <string_view>

namespace extractd::net {

// All of `bytes`, at most 8, the highest first.
constexpr std::uint64_t ReadBigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8U) | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_EVENT_STREAM_BIG_ENDIAN_H_
