#include "server/plugins/request_json.h"

#include <gtest/gtest.h>

namespace extractd::plugins {
namespace {

TEST(RequestJsonTest, APlainRequestIsShort) {
  EXPECT_EQ(
      RequestJson({.model = "m", .messages = {{.text = "hi"}}}),
      R"({"model":"m","messages":[{"role":"user","text":"hi"}],"format":"text","generation":{}})"
  );
}

TEST(RequestJsonTest, AStreamIsAskedFor) {
  EXPECT_TRUE(RequestJson({.stream = true}).ends_with(R"("stream":true})"));
}

TEST(RequestJsonTest, ToolsAndTheirCallsAreThere) {
  ChatRequest request = {
      .model = "m",
      .messages =
          {{.role = Role::kAssistant, .tool_calls = {{"c1", "t", "{\"a\":1}"}}},
           {.role = Role::kTool, .text = "no", .tool_call_id = "c1", .tool_failed = true}},
      .tools = {{.name = "t", .description = "d", .json = "{}", .strict = true}},
  };
  EXPECT_EQ(
      RequestJson(request),
      R"({"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c1","name":"t",)"
      R"("arguments":"{\"a\":1}"}]},{"role":"tool","text":"no","tool_call_id":"c1",)"
      R"("tool_failed":true}],"tools":[{"name":"t","description":"d","strict":true,"schema":{}}],)"
      R"("tool_use":"forced","format":"text","generation":{}})"
  );
}

TEST(RequestJsonTest, MediaAreBytesAddressesOrIds) {
  const std::string json = RequestJson(
      {.messages = {{
           .text = "see",
           .media =
               {{.kind = MediaKind::kImage, .content = "\x89PNG", .media_type = "image/png"},
                {.kind = MediaKind::kAudio, .source = MediaSource::kUrl, .content = "https://x/a"},
                {.kind = MediaKind::kDocument,
                 .source = MediaSource::kFileId,
                 .content = "f1",
                 .filename = "a.pdf",
                 .text_offset = 3}},
       }}}
  );
  EXPECT_NE(
      json.find(R"({"kind":"image","base64":"iVBORw==","media_type":"image/png","text_offset":0})"),
      std::string::npos
  ) << json;
  EXPECT_NE(json.find(R"({"kind":"audio","url":"https://x/a","text_offset":0})"), std::string::npos)
      << json;
  EXPECT_NE(
      json.find(R"({"kind":"document","file_id":"f1","filename":"a.pdf","text_offset":3})"),
      std::string::npos
  ) << json;
}

TEST(RequestJsonTest, WhatTheCallerSetsIsThere) {
  ChatRequest request = {.format = AnswerFormat::kJsonSchema};
  request.schema = SchemaText{.name = "answer", .json = R"({"type":"object"})"};
  request.generation = {
      .temperature = 0.5,
      .top_p = 1,
      .max_output_tokens = 10,
      .seed = 7,
      .stop = {"x"},
      .reasoning_effort = ReasoningEffort::kLow,
  };
  const std::string json = RequestJson(request);
  EXPECT_NE(
      json.find(
          R"("format":"json_schema","schema":{"name":"answer","strict":false,"schema":{"type":"object"}})"
      ),
      std::string::npos
  ) << json;
  EXPECT_NE(
      json.find(
          R"("generation":{"temperature":0.5,"top_p":1,"max_output_tokens":10,"seed":7,"stop":["x"],"reasoning_effort":"low"})"
      ),
      std::string::npos
  ) << json;
}

TEST(RequestJsonTest, TextIsAlwaysUtf8) {
  const std::string json = RequestJson({.messages = {{.text = "\xED\xA0\x80"}}});
  EXPECT_NE(json.find("\xEF\xBF\xBD"), std::string::npos) << json;
}

}  // namespace
}  // namespace extractd::plugins
