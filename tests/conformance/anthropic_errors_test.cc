// Errors of Anthropic's API that others recorded or wrote down: each gets its meaning, and whole
// replies that were cut anywhere are never half an answer.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/providers/dialects/anthropic/anthropic_messages.h"
#include "tests/conformance/anthropic_exchanges.h"
#include "tests/conformance/recorded.h"

namespace extractd::providers {
namespace {

using anthropic_exchanges::Json;
using anthropic_exchanges::Unary;

SendResult Decode(const std::string& body, int status) {
  return AnthropicMessages().Decode(status, body, NoHeader);
}

struct Documented {
  int status;
  SendFailure failure;
};
// https://platform.claude.com/docs/en/api/errors, as a person reads it.
const std::map<std::string, Documented> kTypes = {
    {"invalid_request_error", {400, SendFailure::kRejected}},
    {"authentication_error", {401, SendFailure::kAuth}},
    {"permission_error", {403, SendFailure::kAuth}},
    {"not_found_error", {404, SendFailure::kUnknownModel}},
    {"rate_limit_error", {429, SendFailure::kRateLimited}},
    {"api_error", {500, SendFailure::kServerError}},
    {"overloaded_error", {529, SendFailure::kServerError}},
};

// The first row whose words stand in the message counts, before the type.
const std::vector<std::pair<std::string_view, SendFailure>> kWords = {
    {"model not found", SendFailure::kUnknownModel},
    {"prompt is too long", SendFailure::kContextTooLong},
};

SendFailure Expected(const std::string& type, const std::string& message) {
  for (const auto& [words, failure] : kWords) {
    if (message.find(words) != std::string::npos) return failure;
  }
  return kTypes.at(type).failure;
}

TEST(AnthropicErrorsTest, EveryErrorOfADocumentedTypeHasItsMeaningUnderItsStatusAndInsideA200) {
  REQUIRE_TEST_DATA("provider-errors");
  std::map<std::string, int> counts;
  for (const Json& row : recorded::Lines(TestDataDir() / "provider-errors/errors.jsonl")) {
    const Json error =
        row["body_json"].is_object() ? row["body_json"].value("error", Json()) : Json();
    const Json type = error.is_object() ? error.value("type", Json()) : Json();
    const bool ours = row["provider_guess"] == "anthropic" ||
                      row["source"]["repo"] == "anthropics/anthropic-sdk-python";
    if (!ours || !type.is_string() || !kTypes.contains(type)) continue;
    SCOPED_TRACE(row["id"].get<std::string>());
    const SendFailure expected = Expected(type, error["message"]);
    const std::string body = row["body_json"].dump();
    EXPECT_EQ(
        SendFailureName(Decode(body, kTypes.at(type).status).failure), SendFailureName(expected)
    );
    EXPECT_EQ(SendFailureName(Decode(body, 200).failure), SendFailureName(expected));
    ++counts[type];
  }
  int total = 0;
  fmt::print("provider-errors:");
  for (const auto& [type, count] : counts) {
    fmt::print(" {} {}", count, type);
    total += count;
  }
  fmt::print("\n");
  EXPECT_GE(total, 6);
}

// Bodies of other shapes, as gateways write them: nothing crashes, nothing is taken for an answer.
TEST(AnthropicErrorsTest, EveryOtherErrorIsAFailureToo) {
  REQUIRE_TEST_DATA("provider-errors");
  int bodies = 0;
  for (const Json& row : recorded::Lines(TestDataDir() / "provider-errors/errors.jsonl")) {
    SCOPED_TRACE(row["id"].get<std::string>());
    const std::string body = row.contains("body_json") ? row["body_json"].dump() : "";
    for (const int status : {200, 400, 401, 404, 429, 500, 529}) {
      const SendResult result = Decode(body, status);
      EXPECT_FALSE(result.ok()) << body;
      EXPECT_FALSE(result.message.empty());
    }
    ++bodies;
  }
  fmt::print("provider-errors: {} bodies under seven statuses, none taken for an answer\n", bodies);
  EXPECT_GE(bodies, 100);
}

TEST(AnthropicErrorsTest, EveryRecordedErrorHasItsMeaning) {
  REQUIRE_TEST_DATA("provider-traffic");
  int errors = 0;
  for (const Unary& exchange : anthropic_exchanges::Traffic().unary) {
    if (exchange.status == 200) continue;
    SCOPED_TRACE(exchange.id);
    const Json& error = exchange.body["error"];
    const SendResult result = Decode(exchange.body.dump(), exchange.status);
    EXPECT_EQ(
        SendFailureName(result.failure), SendFailureName(Expected(error["type"], error["message"]))
    ) << exchange.body.dump();
    const std::string said = error["message"];
    EXPECT_NE(result.message.find(said.substr(0, 200)), std::string::npos) << result.message;
    ++errors;
  }
  EXPECT_GE(errors, 1);
}

TEST(AnthropicErrorsTest, ACutReplyIsNeverAnAnswer) {
  REQUIRE_TEST_DATA("provider-traffic");
  int cuts = 0;
  for (const Unary& exchange : anthropic_exchanges::Traffic().unary) {
    if (exchange.status != 200) continue;
    SCOPED_TRACE(exchange.id);
    const std::string body = exchange.body.dump();
    const size_t step = std::max<size_t>(1, body.size() / 40);
    for (size_t length = 0; length < body.size(); length += step) {
      const SendResult result = Decode(body.substr(0, length), 200);
      EXPECT_EQ(SendFailureName(result.failure), SendFailureName(SendFailure::kMalformed));
      ++cuts;
    }
  }
  fmt::print("provider-traffic: {} cut bodies, none taken for an answer\n", cuts);
  EXPECT_GE(cuts, 1200);
}

}  // namespace
}  // namespace extractd::providers
