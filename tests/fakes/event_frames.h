// Writes messages of application/vnd.amazon.eventstream, as a service would.
#ifndef EXTRACTD_TESTS_FAKES_EVENT_FRAMES_H_
#define EXTRACTD_TESTS_FAKES_EVENT_FRAMES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zlib.h>

namespace extractd::fakes {

inline std::string BigEndian(std::uint64_t value, size_t bytes) {
  std::string text;
  for (size_t i = bytes; i-- > 0;) text += static_cast<char>((value >> (8 * i)) & 0xFFU);
  return text;
}

// Any block of headers, well-formed or not, with lengths and checksums that are right.
inline std::string Frame(std::string_view header_block, std::string_view payload) {
  const auto checksum = [](std::string_view text) {
    return BigEndian(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()), 4);
  };
  std::string frame = BigEndian(header_block.size() + payload.size() + 16, 4);
  frame += BigEndian(header_block.size(), 4);
  frame += checksum(frame);
  frame.append(header_block).append(payload);
  return frame + checksum(frame);
}

inline std::string StringHeader(std::string_view name, std::string_view value) {
  std::string header = BigEndian(name.size(), 1);
  header.append(name).append(BigEndian(7, 1)).append(BigEndian(value.size(), 2)).append(value);
  return header;
}

inline std::string EventFrame(std::string_view type, std::string_view json) {
  return Frame(
      StringHeader(":event-type", type) + StringHeader(":content-type", "application/json") +
          StringHeader(":message-type", "event"),
      json
  );
}

inline std::string ExceptionFrame(std::string_view type, std::string_view json) {
  return Frame(
      StringHeader(":exception-type", type) + StringHeader(":content-type", "application/json") +
          StringHeader(":message-type", "exception"),
      json
  );
}

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_EVENT_FRAMES_H_
