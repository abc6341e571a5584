// The probes of tools and media.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/request_fields.h"

namespace extractd::integration {

void RequestFieldsTest::AddToolProbes(std::map<std::string, Probe>& probes) {
  std::map<std::string, Probe> of_tools;
  for (const auto& [field, probe] : probes) {
    if (!field.starts_with("schema.")) continue;
    of_tools["tools." + field] = [this, probe] {
      as_tool_ = true;
      probe();
      as_tool_ = false;
    };
  }
  // Titles are not shown to the model: tools have names.
  constexpr std::string_view kSeven = R"({"type":"object","properties":{"t7":{"type":"string"}}})";
  of_tools["tools.schema.json_schema"] = [this, kSeven] {
    v1::ExtractRequest request = AsTool(PersonRequest());
    request.mutable_tools(0)->mutable_schema()->set_json_schema(std::string(kSeven));
    EXPECT_NE(Rendered(request).body().find("t7"), std::string::npos);
  };
  of_tools["tools.schema.schema_id"] = [this, kSeven] {
    v1::RegisterSchemaRequest registration;
    registration.mutable_schema()->set_json_schema(std::string(kSeven));
    registration.set_name("of_a_tool");
    ASSERT_TRUE(client->RegisterSchema(registration).ok());
    v1::ExtractRequest request = AsTool(PersonRequest());
    request.mutable_tools(0)->mutable_schema()->set_schema_id("of_a_tool");
    EXPECT_NE(Rendered(request).body().find("t7"), std::string::npos);
  };
  of_tools["tools.schema.name"] = [this] {
    v1::ExtractRequest request = AsTool(PersonRequest());
    request.mutable_tools(0)->mutable_schema()->set_name("other");
    EXPECT_EQ(Refused({}, request).reason, "INVALID_REQUEST");
  };
  of_tools["tools.name"] = [this] {
    v1::ExtractRequest request = AsTool(PersonRequest());
    request.mutable_tools(0)->set_name("my_tool");
    EXPECT_NE(Rendered(request).body().find(R"("name":"my_tool")"), std::string::npos);
  };
  of_tools["tools.description"] = [this] {
    v1::ExtractRequest request = AsTool(PersonRequest());
    request.mutable_tools(0)->set_description("when to use it");
    EXPECT_NE(Rendered(request).body().find("when to use it"), std::string::npos);
  };
  probes.merge(of_tools);
  probes["output_kind"] = [this] {
    SeenOnTheWire([](auto& r) { r.set_output_kind(v1::OUTPUT_KIND_ITERABLE); }, R"("items")");
    SeenOnTheWire([](auto& r) { r.set_output_kind(v1::OUTPUT_KIND_MAYBE); }, "absent_reason");
  };
}

void RequestFieldsTest::AddMediaProbes(std::map<std::string, Probe>& probes) {
  struct Kind {
    std::string name;
    v1::Media* (v1::Part::*media)();
    std::string type;
  };
  const std::vector<Kind> kinds = {
      {"image", &v1::Part::mutable_image, "image/png"},
      {"audio", &v1::Part::mutable_audio, "audio/wav"},
      {"document", &v1::Part::mutable_document, "application/pdf"},
  };
  for (const Kind& kind : kinds) {
    const std::string prefix = fmt::format("messages.parts.{}.", kind.name);
    const auto with = [kind](v1::ExtractRequest& r) -> v1::Media& {
      v1::Message& message = *r.add_messages();
      message.set_role(v1::ROLE_USER);
      return *(message.add_parts()->*kind.media)();
    };
    const auto data = [with, kind](v1::ExtractRequest& r) -> v1::Media& {
      v1::Media& media = with(r);
      media.set_data("bytes");
      media.set_media_type(kind.type);
      return media;
    };
    probes[prefix + "data"] = [this, data] { SeenOnTheWire(data, "Ynl0ZXM="); };
    probes[prefix + "media_type"] = [this, with] {
      const auto without = [&](auto& r) { with(r).set_data("bytes"); };
      EXPECT_EQ(Refused({}, Changed(without)).reason, "INVALID_REQUEST");
    };
    probes[prefix + "url"] = [this, with] {
      const auto inner = [&](auto& r) { with(r).set_url("https://169.254.169.254/x"); };
      EXPECT_EQ(Refused({}, Changed(inner)).reason, "URL_NOT_ALLOWED");
    };
    probes[prefix + "provider_file_id"] = [this, with] {
      const auto empty = [&](auto& r) { with(r).set_provider_file_id(""); };
      EXPECT_EQ(Refused({}, Changed(empty)).reason, "INVALID_REQUEST");
    };
    probes[prefix + "filename"] = [this, data] {
      const auto bad = [&](auto& r) { data(r).set_filename("a\nb"); };
      EXPECT_EQ(Refused({}, Changed(bad)).reason, "INVALID_REQUEST");
    };
  }
  probes["messages.parts.image.url"] = [this] {
    SeenOnTheWire(
        [](auto& r) {
          v1::Message& message = *r.add_messages();
          message.add_parts()->mutable_image()->set_url("https://example.com/cat.png");
        },
        "https://example.com/cat.png"
    );
  };
  probes["messages.parts.document.filename"] = [this] {
    SeenOnTheWire(
        [](auto& r) {
          v1::Media& media = *r.add_messages()->add_parts()->mutable_document();
          media.set_data("bytes");
          media.set_media_type("application/pdf");
          media.set_filename("bill.pdf");
        },
        "bill.pdf"
    );
  };
  probes["messages.parts.document.provider_file_id"] = [this] {
    SeenOnTheWire(
        [](auto& r) {
          r.add_messages()->add_parts()->mutable_document()->set_provider_file_id("file-7");
        },
        "file-7"
    );
  };
}

}  // namespace extractd::integration
