#include "server/net/event_stream/event_stream_decoder.h"

#include <cstdint>

#include <fmt/format.h>
#include <zlib.h>

#include "server/base/status_macros.h"
#include "server/net/event_stream/big_endian.h"

namespace extractd::net {
namespace {

// Total length, length of the headers, checksum of the two; headers; payload; checksum of it all.
constexpr size_t kLengthBytes = 4;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kPreludeBytes = 2 * kLengthBytes + kChecksumBytes;
constexpr size_t kFramingBytes = kPreludeBytes + kChecksumBytes;

// The last bytes of `text` are the checksum of those before.
bool ChecksumHolds(std::string_view text) {
  const std::string_view checked = text.substr(0, text.size() - kChecksumBytes);
  const uLong sum = crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size());
  return sum == ReadBigEndian(text.substr(checked.size()));
}

}  // namespace

void EventStreamDecoder::Feed(std::string_view bytes) {
  if (!failure_.ok()) return;
  // What was read goes when it is the larger part, so that each byte is moved once at most.
  if (read_ > buffer_.size() / 2) {
    buffer_.erase(0, read_);
    read_ = 0;
  }
  buffer_.append(bytes);
}

absl::Status EventStreamDecoder::CheckPrelude(std::string_view prelude) {
  if (!ChecksumHolds(prelude)) {
    return absl::DataLossError("the checksum of an event's prelude is wrong");
  }
  const auto total = static_cast<size_t>(ReadBigEndian(prelude.substr(0, kLengthBytes)));
  const auto headers =
      static_cast<size_t>(ReadBigEndian(prelude.substr(kLengthBytes, kLengthBytes)));
  if (total < kFramingBytes || headers > total - kFramingBytes) {
    return absl::InvalidArgumentError("the lengths of an event contradict each other");
  }
  if (headers > limits_.header_bytes) {
    return absl::ResourceExhaustedError(
        fmt::format("the headers of an event are larger than {} bytes", limits_.header_bytes)
    );
  }
  if (total - kFramingBytes - headers > limits_.payload_bytes) {
    return absl::ResourceExhaustedError(
        fmt::format("an event is larger than {} bytes", limits_.payload_bytes)
    );
  }
  total_ = total;
  header_bytes_ = headers;
  return absl::OkStatus();
}

absl::Status EventStreamDecoder::ReadMessage(std::string_view bytes) {
  if (!ChecksumHolds(bytes)) return absl::DataLossError("the checksum of an event is wrong");
  ASSIGN_OR_RETURN(message_.headers, ReadEventHeaders(bytes.substr(kPreludeBytes, header_bytes_)));
  message_.payload =
      bytes.substr(kPreludeBytes + header_bytes_, bytes.size() - kFramingBytes - header_bytes_);
  return absl::OkStatus();
}

absl::StatusOr<const EventMessage*> EventStreamDecoder::Next() {
  RETURN_IF_ERROR(failure_);
  const std::string_view left = std::string_view(buffer_).substr(read_);
  if (total_ == 0) {
    if (left.size() < kPreludeBytes) return nullptr;
    failure_ = CheckPrelude(left.substr(0, kPreludeBytes));
    RETURN_IF_ERROR(failure_);
  }
  if (left.size() < total_) return nullptr;
  failure_ = ReadMessage(left.substr(0, total_));
  RETURN_IF_ERROR(failure_);
  read_ += total_;
  total_ = 0;
  return &message_;
}

}  // namespace extractd::net
