#include "server/net/event_stream/event_message.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "server/base/status_macros.h"
#include "server/net/event_stream/big_endian.h"

namespace extractd::net {
namespace {

constexpr size_t kUuidBytes = 16;

// Takes bytes from the front of a block, as long as there are so many.
class BlockReader {
 public:
  explicit BlockReader(std::string_view block) : left_(block) {}

  bool empty() const { return left_.empty(); }

  std::optional<std::string_view> Take(size_t bytes) {
    if (left_.size() < bytes) return std::nullopt;
    const std::string_view taken = left_.substr(0, bytes);
    left_.remove_prefix(bytes);
    return taken;
  }

  // Bytes behind their number, which takes `length_bytes` itself.
  std::optional<std::string_view> TakeCounted(size_t length_bytes) {
    const std::optional<std::string_view> length = Take(length_bytes);
    if (!length.has_value()) return std::nullopt;
    return Take(static_cast<size_t>(ReadBigEndian(*length)));
  }

 private:
  std::string_view left_;
};

absl::Status Broken() {
  return absl::InvalidArgumentError("the headers of an event are not well-formed");
}

// The value of `bytes` with its sign.
std::int64_t Signed(std::string_view bytes) {
  const std::uint64_t value = ReadBigEndian(bytes);
  switch (bytes.size()) {
    case 1:
      return static_cast<std::int8_t>(value);
    case 2:
      return static_cast<std::int16_t>(value);
    case 4:
      return static_cast<std::int32_t>(value);
    default:
      return static_cast<std::int64_t>(value);
  }
}

size_t IntegerBytes(EventHeaderType type) {
  switch (type) {
    case EventHeaderType::kInt8:
      return 1;
    case EventHeaderType::kInt16:
      return 2;
    case EventHeaderType::kInt32:
      return 4;
    default:
      return 8;
  }
}

absl::Status ReadValue(BlockReader& block, EventHeader& header) {
  std::optional<std::string_view> bytes;
  switch (header.type) {
    case EventHeaderType::kTrue:
    case EventHeaderType::kFalse:
      header.integer = header.type == EventHeaderType::kTrue ? 1 : 0;
      return absl::OkStatus();
    case EventHeaderType::kInt8:
    case EventHeaderType::kInt16:
    case EventHeaderType::kInt32:
    case EventHeaderType::kInt64:
    case EventHeaderType::kTimestamp:
      bytes = block.Take(IntegerBytes(header.type));
      if (!bytes.has_value()) return Broken();
      header.integer = Signed(*bytes);
      return absl::OkStatus();
    case EventHeaderType::kBytes:
    case EventHeaderType::kString:
      bytes = block.TakeCounted(2);
      break;
    case EventHeaderType::kUuid:
      bytes = block.Take(kUuidBytes);
      break;
  }
  if (!bytes.has_value()) return Broken();
  header.text = *bytes;
  return absl::OkStatus();
}

}  // namespace

std::string_view EventMessage::Text(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [name](const EventHeader& header) {
    return header.name == name && header.type == EventHeaderType::kString;
  });
  return found == headers.end() ? std::string_view() : found->text;
}

std::string_view EventMessage::name() const {
  const std::string_view type = Text(":message-type");
  if (type == "exception") return Text(":exception-type");
  return Text(type == "error" ? ":error-code" : ":event-type");
}

std::string_view EventMessage::data() const {
  return Text(":message-type") == "error" ? Text(":error-message") : payload;
}

absl::StatusOr<std::vector<EventHeader>> ReadEventHeaders(std::string_view block) {
  std::vector<EventHeader> headers;
  BlockReader reader(block);
  while (!reader.empty()) {
    EventHeader header;
    const std::optional<std::string_view> name = reader.TakeCounted(1);
    const std::optional<std::string_view> type = reader.Take(1);
    if (!name.has_value() || name->empty() || !type.has_value()) return Broken();
    const std::uint64_t number = ReadBigEndian(*type);
    if (number > static_cast<std::uint64_t>(EventHeaderType::kUuid)) return Broken();
    header.name = *name;
    header.type = static_cast<EventHeaderType>(number);
    RETURN_IF_ERROR(ReadValue(reader, header));
    headers.push_back(header);
  }
  return headers;
}

}  // namespace extractd::net
