#include "extractctl/failure_json.h"

#include <string>
#include <string_view>
#include <utility>

#include <google/protobuf/util/json_util.h>

#include "server/base/status_code_name.h"
#include "server/json/write.h"

namespace extractd::ctl {
namespace {

// The members of one object, in their order.
class ObjectWriter {
 public:
  void Text(std::string_view name, std::string_view value) {
    Name(name);
    json::WriteString(value, text_);
  }
  void Raw(std::string_view name, std::string_view json) {
    Name(name);
    text_ += json;
  }
  std::string Finish() { return std::move(text_) + "}"; }

 private:
  void Name(std::string_view name) {
    if (text_.size() > 1) text_ += ',';
    json::WriteString(name, text_);
    text_ += ':';
  }

  std::string text_ = "{";
};

std::string MetadataAsJson(const Failure& failure) {
  ObjectWriter object;
  for (const auto& [name, value] : failure.metadata) object.Text(name, value);
  return object.Finish();
}

std::string BadFieldsAsJson(const Failure& failure) {
  std::string list = "[";
  for (const BadField& bad : failure.bad_fields) {
    if (list.size() > 1) list += ',';
    ObjectWriter object;
    object.Text("field", bad.field);
    object.Text("description", bad.description);
    list += object.Finish();
  }
  return list + "]";
}

}  // namespace

std::string FailureAsJson(const Failure& failure) {
  ObjectWriter object;
  object.Text("code", StatusCodeName(failure.code));
  object.Text("reason", failure.reason);
  object.Text("message", failure.message);
  object.Text("request_id", failure.request_id);
  if (!failure.metadata.empty()) object.Raw("metadata", MetadataAsJson(failure));
  if (!failure.bad_fields.empty()) object.Raw("bad_fields", BadFieldsAsJson(failure));
  if (failure.retry_after.has_value()) {
    object.Raw("retry_after_ms", std::to_string(failure.retry_after->count()));
  }
  if (!failure.help_url.empty()) object.Text("help_url", failure.help_url);
  if (failure.extraction.has_value()) {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    std::string extraction;
    const auto printed =
        google::protobuf::util::MessageToJsonString(*failure.extraction, &extraction, options);
    if (printed.ok()) object.Raw("extraction", extraction);
  }
  return object.Finish();
}

}  // namespace extractd::ctl
