#include "server/service/rpc/wire_scan.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace extractd {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// What is sure of a field by its number.
struct KnownField {
  int wire_type = -1;                   // none: there is no such field
  const Descriptor* message = nullptr;  // to be looked into
  const EnumDescriptor* enumeration = nullptr;
};
using KnownFields = std::vector<KnownField>;  // by number

KnownField Describe(const FieldDescriptor& field) {
  const auto type = static_cast<WireFormatLite::FieldType>(field.type());
  KnownField known = {.wire_type = WireFormatLite::WireTypeForFieldType(type)};
  if (field.is_map()) return known;  // its entries hold texts and numbers only
  if (field.type() == FieldDescriptor::TYPE_MESSAGE) known.message = field.message_type();
  // Packed numbers are left to the thorough look.
  if (field.type() == FieldDescriptor::TYPE_ENUM) known.enumeration = field.enum_type();
  return known;
}

const KnownFields& FieldsOf(const Descriptor& type) {
  thread_local absl::flat_hash_map<const Descriptor*, std::unique_ptr<KnownFields>> known;
  std::unique_ptr<KnownFields>& fields = known[&type];
  if (fields != nullptr) return *fields;
  fields = std::make_unique<KnownFields>();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const auto number = static_cast<size_t>(field.number());
    if (fields->size() <= number) fields->resize(number + 1);
    (*fields)[number] = Describe(field);
  }
  return *fields;
}

bool ReadsOnlyKnown(CodedInputStream& input, const Descriptor& type);

bool ReadsKnownEnum(CodedInputStream& input, const EnumDescriptor& type) {
  std::uint64_t number = 0;
  return input.ReadVarint64(&number) && type.FindValueByNumber(static_cast<int>(number)) != nullptr;
}

bool ReadsKnownMessage(CodedInputStream& input, const Descriptor& type) {
  std::uint32_t size = 0;
  if (!input.ReadVarint32(&size)) return false;
  const CodedInputStream::Limit limit = input.PushLimit(static_cast<int>(size));
  const bool known = ReadsOnlyKnown(input, type);
  input.PopLimit(limit);
  return known;
}

bool ReadsOnlyKnown(CodedInputStream& input, const Descriptor& type) {
  const KnownFields& fields = FieldsOf(type);
  while (const std::uint32_t tag = input.ReadTag()) {
    const auto number = static_cast<size_t>(WireFormatLite::GetTagFieldNumber(tag));
    if (number >= fields.size()) return false;
    const KnownField& field = fields[number];
    if (field.wire_type != WireFormatLite::GetTagWireType(tag)) return false;
    bool known = false;
    if (field.message != nullptr) {
      known = ReadsKnownMessage(input, *field.message);
    } else if (field.enumeration != nullptr) {
      known = ReadsKnownEnum(input, *field.enumeration);
    } else {
      known = WireFormatLite::SkipField(&input, tag);
    }
    if (!known) return false;
  }
  return input.ConsumedEntireMessage();
}

}  // namespace

bool HoldsOnlyKnown(std::string_view bytes, const Descriptor& type) {
  CodedInputStream input(
      reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size())
  );
  return ReadsOnlyKnown(input, type);
}

}  // namespace extractd
