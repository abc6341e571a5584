#include "server/service/callers/asked_priority.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include "extractd/v1/extraction_service.pb.h"

namespace extractd {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Fields on the way to a number; at most two.
using Path = std::span<const int>;

// The number at the end of the path; as in parsing the last one counts. Stops at what cannot be
// read, which is refused elsewhere.
void Read(CodedInputStream& input, Path path, std::optional<std::uint64_t>& number) {
  while (const std::uint32_t tag = input.ReadTag()) {
    const bool found = WireFormatLite::GetTagFieldNumber(tag) == path.front();
    const auto type = WireFormatLite::GetTagWireType(tag);
    if (found && path.size() == 1 && type == WireFormatLite::WIRETYPE_VARINT) {
      std::uint64_t value = 0;
      if (!input.ReadVarint64(&value)) return;
      number = value;
    } else if (found && path.size() > 1 && type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      std::uint32_t size = 0;
      if (!input.ReadVarint32(&size)) return;
      const CodedInputStream::Limit limit = input.PushLimit(static_cast<int>(size));
      Read(input, path.subspan(1), number);
      input.Skip(input.BytesUntilLimit());
      input.PopLimit(limit);
    } else if (!WireFormatLite::SkipField(&input, tag)) {
      return;
    }
  }
}

Path PathOf(std::string_view method) {
  static constexpr std::array<int, 1> kOwn = {v1::ExtractRequest::kPriorityFieldNumber};
  static constexpr std::array<int, 2> kInStream = {
      v1::ExtractStreamRequest::kRequestFieldNumber, v1::ExtractRequest::kPriorityFieldNumber
  };
  if (method == "Extract") return kOwn;
  if (method == "ExtractStream") return kInStream;
  return {};
}

}  // namespace

std::optional<Priority> AskedPriority(std::string_view method, grpc::ByteBuffer& request) {
  const Path path = PathOf(method);
  if (path.empty() || !request.Valid()) return std::nullopt;
  grpc::ProtoBufferReader reader(&request);
  CodedInputStream input(&reader);
  std::optional<std::uint64_t> number;
  Read(input, path, number);
  const auto known = static_cast<int>(number.value_or(0));
  if (!v1::Priority_IsValid(known)) return std::nullopt;
  return PriorityOf(static_cast<v1::Priority>(known));
}

std::optional<Priority> PriorityOf(v1::Priority number) {
  switch (number) {
    case v1::PRIORITY_LOW:
      return Priority::kLow;
    case v1::PRIORITY_HIGH:
      return Priority::kHigh;
    case v1::PRIORITY_NORMAL:
      return Priority::kNormal;
    default:
      return std::nullopt;
  }
}

v1::Priority NumberOf(Priority priority) {
  constexpr std::array kNumbers = {v1::PRIORITY_HIGH, v1::PRIORITY_NORMAL, v1::PRIORITY_LOW};
  return kNumbers.at(static_cast<size_t>(priority));
}

Priority GrantedPriority(std::optional<Priority> asked, const Principal* principal) {
  if (principal == nullptr) return asked.value_or(Priority::kNormal);
  return Narrowed(asked.value_or(principal->priority), principal->priority);
}

}  // namespace extractd
