#include "server/service/protobuf/message_schema.h"

#include <deque>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/value.h"
#include "server/json/write.h"

namespace extractd {
namespace {

namespace pb = google::protobuf;
using pb::FieldDescriptor;

constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";
constexpr std::string_view kBase64 =
    "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$";

// Numbers of digits up to `largest`, as a pattern without anchors.
std::string DigitsUpTo(std::string_view largest) {
  std::string pattern = fmt::format("[0-9]{{1,{}}}", largest.size() - 1);
  for (size_t i = 0; i < largest.size(); ++i) {
    const char low = i == 0 ? '1' : '0';
    if (largest[i] <= low) continue;
    const char high = static_cast<char>(largest[i] - 1);
    pattern += fmt::format("|{}[{}-{}]", largest.substr(0, i), low, high);
    if (const size_t rest = largest.size() - i - 1; rest > 0) {
      pattern += fmt::format("[0-9]{{{}}}", rest);
    }
  }
  return fmt::format("{}|{}", pattern, largest);
}

std::string SignedPattern(std::string_view largest, std::string_view smallest) {
  return fmt::format("^(?:-?(?:{})|{})$", DigitsUpTo(largest), smallest);
}
std::string UnsignedPattern(std::string_view largest) {
  return fmt::format("^(?:{})$", DigitsUpTo(largest));
}

const std::string& Int64Pattern() {
  static const std::string& pattern =
      *new std::string(SignedPattern("9223372036854775807", "-9223372036854775808"));
  return pattern;
}
const std::string& Uint64Pattern() {
  static const std::string& pattern = *new std::string(UnsignedPattern("18446744073709551615"));
  return pattern;
}

// A scalar type: the JSON Schema of its values, and the pattern of its values as keys of a map.
struct Scalar {
  std::string_view type;
  std::string_view minimum = {};
  std::string_view maximum = {};
  std::string_view pattern = {};
  std::string_view content_encoding = {};
};

Scalar ScalarOf(FieldDescriptor::Type type) {
  switch (type) {
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SFIXED32:
      return {.type = "integer", .minimum = "-2147483648", .maximum = "2147483647"};
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
      return {.type = "integer", .minimum = "0", .maximum = "4294967295"};
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SINT64:
    case FieldDescriptor::TYPE_SFIXED64:
      return {.type = "string", .pattern = Int64Pattern()};
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_FIXED64:
      return {.type = "string", .pattern = Uint64Pattern()};
    case FieldDescriptor::TYPE_FLOAT:
      return {.type = "number", .minimum = "-3.4028234e38", .maximum = "3.4028234e38"};
    case FieldDescriptor::TYPE_DOUBLE:
      return {
          .type = "number",
          .minimum = "-1.7976931348623157e308",
          .maximum = "1.7976931348623157e308"
      };
    case FieldDescriptor::TYPE_BOOL:
      return {.type = "boolean"};
    case FieldDescriptor::TYPE_BYTES:
      return {.type = "string", .pattern = kBase64, .content_encoding = "base64"};
    default:
      return {.type = "string"};
  }
}

// The forms of well-known types that are no objects of their fields; the wrappers are those of
// their value.
struct WellKnown {
  std::string_view name;
  std::string_view schema;  // members of a JSON object
};
constexpr WellKnown kWellKnown[] = {
    {"google.protobuf.Timestamp", R"({"type":"string","format":"date-time"})"},
    {"google.protobuf.Duration",
     R"({"type":"string","pattern":"^-?[0-9]{1,12}(?:\\.[0-9]{1,9})?s$"})"},
    {"google.protobuf.FieldMask", R"({"type":"string"})"},
    {"google.protobuf.Struct", R"({"type":"object"})"},
    {"google.protobuf.ListValue", R"({"type":"array"})"},
    {"google.protobuf.Value", R"({})"},
    {"google.protobuf.Empty", R"({"type":"object","additionalProperties":false})"},
    {"google.protobuf.Any",
     R"({"type":"object","properties":{"@type":{"type":"string"}},"required":["@type"]})"},
};

bool IsWrapper(const pb::Descriptor& message) {
  return message.file()->name() == "google/protobuf/wrappers.proto";
}

const WellKnown* FindWellKnown(const pb::Descriptor& message) {
  for (const WellKnown& known : kWellKnown) {
    if (message.full_name() == known.name) return &known;
  }
  return nullptr;
}

class Writer {
 public:
  Writer(const pb::Descriptor& root, size_t max_bytes) : root_(root), max_bytes_(max_bytes) {}

  absl::StatusOr<std::string> Write() {
    out_ = fmt::format(R"({{"$schema":"{}")", kDialect);
    if (const WellKnown* known = FindWellKnown(root_)) {
      if (known->schema.size() > 2)
        out_ += fmt::format(",{}", known->schema.substr(1, known->schema.size() - 2));
    } else if (IsWrapper(root_)) {
      out_ += ',';
      PutScalarMembers(root_.field(0)->type());
    } else {
      out_ += fmt::format(R"(,"title":"{}",)", root_.name());
      PutMessageMembers(root_);
    }
    PutDefinitions();
    out_ += '}';
    if (IsTooLong()) {
      problem_ = fmt::format(
          "has a JSON Schema of more than {} bytes (setting max_schema_bytes); use a smaller "
          "message",
          max_bytes_
      );
    }
    if (!problem_.empty()) return absl::InvalidArgumentError(problem_);
    return std::move(out_);
  }

 private:
  // Fields repeat the values of their enums, so that the text may be much longer than its types.
  bool IsTooLong() const { return out_.size() > max_bytes_; }

  void PutDefinitions() {
    if (waiting_.empty()) return;
    out_ += R"(,"$defs":{)";
    bool begun = false;
    while (!waiting_.empty() && !IsTooLong()) {
      const pb::Descriptor& message = *waiting_.front();
      waiting_.pop_front();
      if (begun) out_ += ',';
      begun = true;
      out_ += fmt::format(R"("{}":{{)", message.full_name());
      PutMessageMembers(message);
      out_ += '}';
    }
    out_ += '}';
  }

  // Files of proto2 may have names that JSON cannot tell apart.
  void CheckNames(const pb::Descriptor& message) {
    std::set<std::string_view> names;
    for (int i = 0; i < message.field_count() && problem_.empty(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      if (IsValidUtf8(field.json_name()) && names.insert(field.json_name()).second) continue;
      problem_ = fmt::format(
          "has a field, {}, whose JSON name another one has, or which is not UTF-8; set json_name",
          field.full_name()
      );
    }
  }

  void PutMessageMembers(const pb::Descriptor& message) {
    CheckNames(message);
    out_ += R"("type":"object","properties":{)";
    for (int i = 0; i < message.field_count() && !IsTooLong(); ++i) {
      if (i > 0) out_ += ',';
      json::WriteString(message.field(i)->json_name(), out_);
      out_ += ':';
      PutField(*message.field(i));
    }
    out_ += '}';
    PutRequired(message);
    PutOneofs(message);
    out_ += R"(,"additionalProperties":false)";
  }

  void PutRequired(const pb::Descriptor& message) {
    std::string names;
    for (int i = 0; i < message.field_count(); ++i) {
      if (!message.field(i)->is_required()) continue;
      if (!names.empty()) names += ',';
      json::WriteString(message.field(i)->json_name(), names);
    }
    if (!names.empty()) out_ += fmt::format(R"(,"required":[{}])", names);
  }

  // Exactly one of: a member for each, or none of them.
  void PutOneofs(const pb::Descriptor& message) {
    std::string all;
    for (int i = 0; i < message.real_oneof_decl_count(); ++i) {
      const pb::OneofDescriptor& oneof = *message.oneof_decl(i);
      if (oneof.field_count() < 2) continue;
      std::string members;
      for (int j = 0; j < oneof.field_count(); ++j) {
        std::string name;
        json::WriteString(oneof.field(j)->json_name(), name);
        members += fmt::format(R"({}{{"required":[{}]}})", j == 0 ? "" : ",", name);
      }
      all += fmt::format(
          R"({}{{"oneOf":[{},{{"not":{{"anyOf":[{}]}}}}]}})",
          all.empty() ? "" : ",",
          members,
          members
      );
    }
    if (!all.empty()) out_ += fmt::format(R"(,"allOf":[{}])", all);
  }

  void PutField(const FieldDescriptor& field) {
    if (field.is_map()) return PutMap(*field.message_type());
    if (field.is_repeated()) {
      out_ += R"({"type":"array","items":)";
      PutValue(field);
      out_ += '}';
      return;
    }
    PutValue(field);
  }

  void PutMap(const pb::Descriptor& entry) {
    out_ += R"({"type":"object")";
    const Scalar key = ScalarOf(entry.map_key()->type());
    if (key.type == "boolean") out_ += R"(,"propertyNames":{"enum":["true","false"]})";
    std::string pattern(key.pattern);
    if (key.type == "integer") {
      pattern = key.minimum == "0" ? UnsignedPattern(key.maximum)
                                   : SignedPattern(key.maximum, key.minimum);
    }
    if (!pattern.empty()) out_ += fmt::format(R"(,"propertyNames":{{"pattern":"{}"}})", pattern);
    out_ += R"(,"additionalProperties":)";
    PutValue(*entry.map_value());
    out_ += '}';
  }

  void PutValue(const FieldDescriptor& field) {
    if (field.type() == FieldDescriptor::TYPE_ENUM) return PutEnum(*field.enum_type());
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return PutMessage(*field.message_type());
    }
    out_ += '{';
    PutScalarMembers(field.type());
    out_ += '}';
  }

  void PutScalarMembers(FieldDescriptor::Type type) {
    const Scalar scalar = ScalarOf(type);
    out_ += fmt::format(R"("type":"{}")", scalar.type);
    if (!scalar.minimum.empty()) {
      out_ += fmt::format(R"(,"minimum":{},"maximum":{})", scalar.minimum, scalar.maximum);
    }
    if (!scalar.pattern.empty()) out_ += fmt::format(R"(,"pattern":"{}")", scalar.pattern);
    if (!scalar.content_encoding.empty()) {
      out_ += fmt::format(R"(,"contentEncoding":"{}")", scalar.content_encoding);
    }
  }

  void PutEnum(const pb::EnumDescriptor& type) {
    if (type.full_name() == "google.protobuf.NullValue") {
      out_ += R"({"type":"null"})";
      return;
    }
    out_ += R"({"type":"string","enum":[)";
    for (int i = 0; i < type.value_count(); ++i) {
      if (i > 0) out_ += ',';
      json::WriteString(type.value(i)->name(), out_);
    }
    out_ += "]}";
  }

  void PutMessage(const pb::Descriptor& message) {
    if (const WellKnown* known = FindWellKnown(message)) {
      out_ += known->schema;
      return;
    }
    if (IsWrapper(message)) {
      out_ += '{';
      PutScalarMembers(message.field(0)->type());
      out_ += '}';
      return;
    }
    if (&message == &root_) {
      out_ += R"({"$ref":"#"})";
      return;
    }
    if (named_.insert(&message).second) waiting_.push_back(&message);
    out_ += fmt::format(R"({{"$ref":"#/$defs/{}"}})", message.full_name());
  }

  const pb::Descriptor& root_;
  size_t max_bytes_;
  std::string out_;
  std::string problem_;  // that makes it no schema
  std::set<const pb::Descriptor*> named_;
  std::deque<const pb::Descriptor*> waiting_;  // named, but not written yet
};

}  // namespace

absl::StatusOr<std::string> MessageSchema(const pb::Descriptor& message, size_t max_bytes) {
  return Writer(message, max_bytes).Write();
}

}  // namespace extractd
