#include "server/service/rpc/wire_check.h"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include "server/service/rpc/wire_scan.h"

namespace extractd {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMaxViolations = 20;

// Protobuf tells of bad UTF-8 only in its log: the last field that it complained about.
thread_local std::string bad_text_field;

void KeepLog(google::protobuf::LogLevel, const char*, int, const std::string& text) {
  constexpr std::string_view kLead = "String field '";
  const size_t at = text.find(kLead);
  if (at == std::string::npos) return;
  const size_t begin = at + kLead.size();
  bad_text_field = text.substr(begin, text.find('\'', begin) - begin);
}

class UnknownFinder {
 public:
  std::vector<FieldViolation> Find(const Message& message) {
    Visit(message, "");
    return std::move(found_);
  }

 private:
  void Add(std::string field, std::string description) {
    if (found_.size() < kMaxViolations)
      found_.push_back({std::move(field), std::move(description)});
  }

  static std::string Join(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
  }

  void Visit(const Message& message, const std::string& path) {
    const Reflection& reflection = *message.GetReflection();
    const auto& unknown = reflection.GetUnknownFields(message);
    for (int i = 0; i < unknown.field_count(); ++i) {
      Add(Join(path, fmt::format("#{}", unknown.field(i).number())),
          "this server does not know the field");
    }
    const google::protobuf::Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      if (is_message && !field.is_map()) VisitMessages(message, field, path);
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) VisitEnums(message, field, path);
    }
  }

  void VisitMessages(
      const Message& message, const FieldDescriptor& field, const std::string& path
  ) {
    const Reflection& reflection = *message.GetReflection();
    if (!field.is_repeated()) {
      if (reflection.HasField(message, &field)) {
        Visit(reflection.GetMessage(message, &field), Join(path, field.name()));
      }
      return;
    }
    const int count = reflection.FieldSize(message, &field);
    for (int i = 0; i < count; ++i) {
      Visit(
          reflection.GetRepeatedMessage(message, &field, i),
          Join(path, fmt::format("{}[{}]", field.name(), i))
      );
    }
  }

  void VisitEnums(const Message& message, const FieldDescriptor& field, const std::string& path) {
    const Reflection& reflection = *message.GetReflection();
    const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
    for (int i = 0; i < count; ++i) {
      const int number = field.is_repeated() ? reflection.GetRepeatedEnumValue(message, &field, i)
                                             : reflection.GetEnumValue(message, &field);
      if (number == 0 || field.enum_type()->FindValueByNumber(number) != nullptr) continue;
      const std::string name =
          field.is_repeated() ? fmt::format("{}[{}]", field.name(), i) : field.name();
      Add(Join(path, name), fmt::format("{} has no number {}", field.enum_type()->name(), number));
    }
  }

  std::vector<FieldViolation> found_;
};

// "extractd.v1.ExtractRequest.input" → "input".
std::string LastName(std::string_view full_name) {
  return std::string(full_name.substr(full_name.rfind('.') + 1));
}

absl::Status TooLarge(size_t bytes, size_t limit) {
  return MakeError(
      {.reason = Reason::kMessageTooLarge,
       .metadata =
           {{"limit", std::to_string(limit)},
            {"value", std::to_string(bytes)},
            {"flag", "--max-request-bytes"}}},
      fmt::format("the request has {} bytes, more than max_request_bytes allows ({})", bytes, limit)
  );
}

absl::Status Unreadable(const Message& message) {
  if (bad_text_field.empty()) {
    const std::string problem =
        fmt::format("the bytes are not a message of type {}", message.GetTypeName());
    return MakeError({.reason = Reason::kInvalidRequest, .fields = {{"", problem}}}, problem);
  }
  const std::string field = LastName(bad_text_field);
  return MakeError(
      {.reason = Reason::kInvalidRequest, .fields = {{field, "the text is not UTF-8"}}},
      fmt::format("{}: the text is not UTF-8", field)
  );
}

std::string_view ViewOf(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// To join the pieces of a usual request costs less than to read it in pieces.
bool TakeWhole(const grpc::ByteBuffer& bytes, grpc::Slice& whole) {
  constexpr size_t kMaxJoinedBytes = 64 * 1024;
  if (bytes.TrySingleSlice(&whole).ok()) return true;
  return bytes.Length() <= kMaxJoinedBytes && bytes.DumpToSingleSlice(&whole).ok();
}

// Reading empties a buffer; a call may have to be read once more. The bytes are shared.
bool ParsePieces(grpc::ByteBuffer bytes, Message& message) {
  return grpc::SerializationTraits<Message>::Deserialize(&bytes, &message).ok();
}

bool ParseWhole(std::string_view bytes, Message& message) {
  return std::in_range<int>(bytes.size()) &&
         message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

std::vector<FieldViolation> FindUnknown(const Message& message) {
  return UnknownFinder().Find(message);
}

absl::Status ParseRequest(const grpc::ByteBuffer& bytes, size_t max_bytes, Message& message) {
  if (bytes.Length() > max_bytes) return TooLarge(bytes.Length(), max_bytes);
  bad_text_field.clear();
  grpc::Slice whole;  // not of a large request that came in pieces
  const bool in_one_piece = TakeWhole(bytes, whole);
  const bool parsed =
      in_one_piece ? ParseWhole(ViewOf(whole), message) : ParsePieces(bytes, message);
  if (!parsed) return Unreadable(message);
  if (in_one_piece && HoldsOnlyKnown(ViewOf(whole), *message.GetDescriptor())) {
    return absl::OkStatus();
  }
  std::vector<FieldViolation> unknown = FindUnknown(message);
  if (unknown.empty()) return absl::OkStatus();
  std::string text = fmt::format("{}: {}", unknown.front().field, unknown.front().description);
  if (unknown.size() > 1) text += fmt::format(" (and {} more)", unknown.size() - 1);
  return MakeError({.reason = Reason::kInvalidRequest, .fields = std::move(unknown)}, text);
}

void CaptureProtobufLog() {
  google::protobuf::SetLogHandler(&KeepLog);
}

}  // namespace extractd
