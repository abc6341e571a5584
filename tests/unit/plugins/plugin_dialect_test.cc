#include "server/plugins/plugin_dialect.h"

#include <string>

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd::plugins {
namespace {

// Plays a plug-in: encodes to and decodes to what it is told.
struct Script {
  std::string body = R"({"a":1})";
  std::string meaning = R"({"reply":{"text":"hi"}})";
  std::string request;
  int status = 0;
};

int Encode(void* self, extractd_text request, extractd_output* body) {
  auto& script = *static_cast<Script*>(self);
  script.request.assign(request.data, request.size);
  return body->write(body, script.body.data(), script.body.size());
}

int Decode(void* self, int status, extractd_text, extractd_output* meaning) {
  auto& script = *static_cast<Script*>(self);
  script.status = status;
  return meaning->write(meaning, script.meaning.data(), script.meaning.size());
}

class PluginDialectTest : public testing::Test {
 protected:
  Script script_;
  extractd_dialect table_ = {
      .name = "acme",
      .self = &script_,
      .encode = Encode,
      .decode = Decode,
      .framing = EXTRACTD_FRAMING_JSON_LINES,
      .stream_begin = nullptr,
      .stream_end = nullptr,
      .stream_read = nullptr,
  };
  PluginDialect dialect_{"acme-plugin", table_};
};

TEST_F(PluginDialectTest, TheHostAddsWhatRowsAndCallersSay) {
  const ProviderRow row = {.chat_path = "/m/{model}", .body = R"({"b":2})"};
  const ChatRequest request = {.model = "x/1", .extra_body = R"({"c":3})"};
  EXPECT_EQ(dialect_.name(), "acme");
  EXPECT_EQ(dialect_.Path(row, request), "/m/x%2F1");
  const auto body = dialect_.EncodeBody(row, {}, request);
  ASSERT_TRUE(body.ok()) << body.status();
  for (const auto* member : {R"("a":1)", R"("b":2)", R"("c":3)"}) {
    EXPECT_NE(body->find(member), std::string::npos) << *body;
  }
  EXPECT_NE(script_.request.find(R"("model":"x/1")"), std::string::npos) << script_.request;
}

TEST_F(PluginDialectTest, ABodyThatIsNoObjectIsOurError) {
  script_.body = "[]";
  const auto body = dialect_.EncodeBody({}, {}, {});
  EXPECT_EQ(DetailsOf(body.status())->reason, Reason::kInternal);
  EXPECT_NE(
      body.status().message().find("plug-in 'acme-plugin': encode of dialect 'acme'"),
      std::string::npos
  ) << body.status();
}

TEST_F(PluginDialectTest, AMeaningIsTheResult) {
  EXPECT_EQ(dialect_.Decode(200, "x", NoHeader).reply.message.text, "hi");
  EXPECT_EQ(script_.status, 200);
  script_.meaning = R"({"failure":"auth","message":"who are you"})";
  EXPECT_EQ(dialect_.Decode(401, "x", NoHeader).failure, SendFailure::kAuth);
}

TEST_F(PluginDialectTest, NonsenseIsMalformedForGood) {
  for (const auto* meaning : {"", "7", R"({"reply":[]})"}) {
    script_.meaning = meaning;
    const SendResult result = dialect_.Decode(200, "x", NoHeader);
    EXPECT_EQ(result.failure, SendFailure::kMalformed) << meaning;
    EXPECT_TRUE(result.final) << meaning;
    EXPECT_NE(result.message.find("acme-plugin"), std::string::npos) << result.message;
  }
  script_.meaning = R"({"reply":{"text":"hi"}})";
  EXPECT_EQ(dialect_.Decode(500, "x", NoHeader).failure, SendFailure::kMalformed);
}

TEST_F(PluginDialectTest, ItStreamsIfItReadsStreams) {
  EXPECT_EQ(dialect_.NewStreamDecoder(), nullptr);
  table_.stream_read = [](void*, extractd_text, extractd_text, extractd_output*) { return 0; };
  EXPECT_NE(dialect_.NewStreamDecoder(), nullptr);
  EXPECT_EQ(dialect_.framing(), StreamFraming::kJsonLines);
}

}  // namespace
}  // namespace extractd::plugins
