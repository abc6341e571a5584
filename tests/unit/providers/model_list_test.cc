#include "server/providers/model_list.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "server/base/error.h"
#include "tests/fakes/http_imposter.h"
#include "tests/fakes/run_task.h"

namespace extractd::providers {
namespace {

using namespace std::chrono_literals;
using fakes::HttpImposter, fakes::ScriptedReply;

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details.has_value() ? details->reason : Reason::kInternal;
}

std::vector<std::string> NamesIn(std::string_view body) {
  const auto models = ReadModelList(body);
  EXPECT_TRUE(models.ok()) << models.status();
  std::vector<std::string> names;
  if (!models.ok()) return names;
  for (const ListedModel& model : *models) names.push_back(model.name);
  return names;
}

TEST(ReadModelListTest, ReadsEveryForm) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(NamesIn(R"({"object":"list","data":[{"id":"a"},{"id":"b"}]})"), Names({"a", "b"}));
  EXPECT_EQ(NamesIn(R"({"models":[{"name":"c","endpoints":["chat"]}]})"), Names({"c"}));
  EXPECT_EQ(NamesIn(R"({"models":[{"model":"d:1b"},{"no":"name"},7]})"), Names({"d:1b"}));
  EXPECT_EQ(NamesIn(R"({"data":[]})"), Names());
}

TEST(ReadModelListTest, WhatIsNotForChatsIsLeftOut) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(
      NamesIn(R"({"models":[{"name":"embed","capabilities":["embedding"]},)"
              R"({"name":"chat","capabilities":["completion","vision"]}]})"),
      Names({"chat"})
  );
  EXPECT_EQ(NamesIn(R"({"models":[{"name":"rerank","endpoints":["rerank"]}]})"), Names());
}

TEST(ReadModelListTest, ResourcesAreCalledByTheirModels) {
  const auto models = ReadModelList(
      R"({"models":[{"name":"models/g","supportedGenerationMethods":["generateContent","countTokens"],)"
      R"("inputTokenLimit":1048576},{"name":"models/e","supportedGenerationMethods":["embedContent"]}]})"
  );
  ASSERT_TRUE(models.ok()) << models.status();
  ASSERT_EQ(models->size(), 1U);
  EXPECT_EQ((*models)[0].name, "g");
  EXPECT_EQ((*models)[0].max_input_tokens, 1'048'576);
}

TEST(ReadModelListTest, KeepsWhatTheListSaysOfAModel) {
  const auto models =
      ReadModelList(R"({"models":[{"name":"a","capabilities":["completion","vision","thinking"]},)"
                    R"({"name":"b","context_length":128000},{"name":"c","max_model_len":4096},)"
                    R"({"name":"d","meta":{"n_ctx_train":2048}},{"name":"e","context_length":-1}]})"
      );
  ASSERT_TRUE(models.ok()) << models.status();
  ASSERT_EQ(models->size(), 5U);
  EXPECT_EQ(
      (*models)[0].capabilities, CapabilitySet({Capability::kVision, Capability::kReasoning})
  );
  EXPECT_EQ((*models)[1].max_input_tokens, 128'000);
  EXPECT_EQ((*models)[2].max_input_tokens, 4096);
  EXPECT_EQ((*models)[3].max_input_tokens, 2048);
  EXPECT_EQ((*models)[4].max_input_tokens, 0);
}

TEST(ReadModelListTest, WhatIsNoListIsMalformed) {
  for (const auto* body : {"", "<html>", "[]", "{}", R"({"data":{}})", R"({"models":[{"na)"}) {
    EXPECT_EQ(ReasonOf(ReadModelList(body).status()), Reason::kProviderMalformed) << body;
  }
}

TEST(ReadModelListTest, ALongListIsCut) {
  std::string body = R"({"data":[)";
  for (int i = 0; i < 10'050; ++i) body += R"({"id":"m"},)";
  body.back() = ']';
  EXPECT_EQ(NamesIn(body + "}").size(), 10'000U);
}

class FetchModelListTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<ListedModel>> Fetch(const std::string& key = "") {
    return fakes::Await(loop_, FetchModelList(client_, row_, Secret(key), 2s));
  }

  HttpImposter imposter_;
  asio::io_context loop_{1};
  net::HttpClient client_{loop_.get_executor()};
  ProviderRow row_ = {
      .name = "acme",
      .base_url = imposter_.url(),
      .headers = {{"x-client", "extractd"}},
      .models_path = "/api/tags",
  };
};

TEST_F(FetchModelListTest, AsksThePathOfTheRowWithItsKey) {
  imposter_.Reply(ScriptedReply::Json(R"({"models":[{"name":"a"}]})"));
  const auto models = Fetch("k-1");
  ASSERT_TRUE(models.ok()) << models.status();
  EXPECT_EQ(models->size(), 1U);
  const fakes::SeenRequest request = imposter_.requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/api/tags");
  EXPECT_EQ(request.Header("authorization"), "Bearer k-1");
  EXPECT_EQ(request.Header("x-client"), "extractd");
  EXPECT_TRUE(request.body.empty());
}

TEST_F(FetchModelListTest, AKeyWithAHeaderOfItsOwnStandsBare) {
  row_.key_header = "api-key";
  imposter_.Reply(ScriptedReply::Json(R"({"data":[]})"));
  ASSERT_TRUE(Fetch("k-1").ok());
  EXPECT_EQ(imposter_.requests().at(0).Header("api-key"), "k-1");
  EXPECT_EQ(imposter_.requests().at(0).Header("authorization"), "");
}

TEST_F(FetchModelListTest, EveryFailureHasItsReason) {
  const std::vector<std::pair<int, Reason>> meanings = {
      {401, Reason::kProviderAuth},
      {403, Reason::kProviderAuth},
      {404, Reason::kProviderMalformed},
      {503, Reason::kProviderUnavailable},
  };
  for (const auto& [status, reason] : meanings) {
    imposter_.Reply(ScriptedReply::Status(status));
    const auto models = Fetch();
    EXPECT_EQ(ReasonOf(models.status()), reason) << status;
    EXPECT_NE(models.status().message().find("acme"), absl::string_view::npos);
  }
  imposter_.Reply(ScriptedReply::Json("<html>"));
  EXPECT_EQ(ReasonOf(Fetch().status()), Reason::kProviderMalformed);
  row_.base_url = "http://127.0.0.1:1";
  EXPECT_EQ(ReasonOf(Fetch().status()), Reason::kProviderUnavailable);
}

}  // namespace
}  // namespace extractd::providers
