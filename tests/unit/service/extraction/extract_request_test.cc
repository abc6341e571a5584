#include "server/service/extraction/extract_request.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace extractd {
namespace {

v1::ExtractRequest Smallest() {
  v1::ExtractRequest request;
  request.set_model("openai/gpt-6-luna");
  request.mutable_schema()->set_json_schema("{}");
  request.set_input("Ann is 40.");
  return request;
}

std::vector<std::string> BadFields(const v1::ExtractRequest& request) {
  const absl::StatusOr<ExtractCall> call = ToCall(request);
  std::vector<std::string> fields;
  if (call.ok()) return fields;
  const std::optional<ErrorDetails> details = DetailsOf(call.status());
  EXPECT_EQ(details->reason, Reason::kInvalidRequest);
  for (const FieldViolation& bad : details->fields) fields.push_back(bad.field);
  return fields;
}

TEST(ExtractRequestTest, SmallestCallIsThreeFields) {
  const absl::StatusOr<ExtractCall> call = ToCall(Smallest());
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->model, "openai/gpt-6-luna");
  ASSERT_EQ(call->messages.size(), 1U);
  EXPECT_EQ(call->messages[0].role, Role::kUser);
  EXPECT_FALSE(call->max_loss.has_value());
  EXPECT_FALSE(call->retry.max_reasks.has_value());
}

TEST(ExtractRequestTest, EmptyRequestNamesAllThatIsMissing) {
  EXPECT_EQ(BadFields({}), (std::vector<std::string>{"schema", "input"}));
}

TEST(ExtractRequestTest, ChatIsSystemThenMessagesThenInput) {
  v1::ExtractRequest request = Smallest();
  request.set_system_prompt("S");
  auto& asked = *request.add_messages();
  asked.set_role(v1::ROLE_USER);
  asked.add_parts()->set_text("a");
  asked.add_parts()->set_json(R"({"b":1})");
  auto& answered = *request.add_messages();
  answered.set_role(v1::ROLE_ASSISTANT);
  answered.add_parts()->mutable_tool_call()->set_id("c1");
  auto& results = *request.add_messages();
  results.set_role(v1::ROLE_TOOL);
  for (const auto* id : {"c1", "c2"}) {
    results.add_parts()->mutable_tool_result()->set_tool_call_id(id);
  }
  const absl::StatusOr<ExtractCall> call = ToCall(request);
  ASSERT_TRUE(call.ok()) << call.status();
  ASSERT_EQ(call->messages.size(), 6U);
  EXPECT_EQ(call->messages[0].role, Role::kSystem);
  EXPECT_EQ(call->messages[1].text, "a\n{\"b\":1}");
  EXPECT_EQ(call->messages[2].tool_calls[0].id, "c1");
  EXPECT_EQ(call->messages[4].tool_call_id, "c2") << "each result is a message of its own";
  EXPECT_EQ(call->messages[5].text, "Ann is 40.");
}

TEST(ExtractRequestTest, PartsInTheWrongPlaceAreNamed) {
  v1::ExtractRequest request = Smallest();
  request.add_messages();
  auto& user = *request.add_messages();
  user.add_parts();
  user.add_parts()->mutable_tool_call();
  user.add_parts()->mutable_tool_result();
  user.add_parts()->set_json("{");
  auto& tool = *request.add_messages();
  tool.set_role(v1::ROLE_TOOL);
  tool.add_parts()->set_text("x");
  EXPECT_EQ(
      BadFields(request),
      (std::vector<std::string>{
          "messages[0].parts",
          "messages[1].parts[0]",
          "messages[1].parts[1].tool_call",
          "messages[1].parts[2].tool_result",
          "messages[1].parts[3].json",
          "messages[2].parts[0]",
      })
  );
}

TEST(ExtractRequestTest, NumbersOutOfRangeAreAllNamed) {
  v1::ExtractRequest request = Smallest();
  auto& generation = *request.mutable_generation();
  generation.set_temperature(3);
  generation.set_top_p(-0.1);
  generation.set_max_output_tokens(0);
  for (int i = 0; i < 5; ++i) generation.add_stop("x");
  auto& retry = *request.mutable_retry();
  retry.set_max_attempts(0);
  retry.set_max_reasks(21);
  retry.set_max_transport_retries(-1);
  retry.set_initial_backoff_ms(0);
  retry.set_max_backoff_ms(700'000);
  retry.set_backoff_multiplier(0.5);
  retry.set_backoff_jitter(1.5);
  retry.set_attempt_timeout_ms(0);
  retry.set_first_token_timeout_ms(-5);
  retry.set_idle_timeout_ms(0);
  retry.add_retry_on(v1::RETRY_CONDITION_UNSPECIFIED);
  request.mutable_schema()->set_name("no spaces");
  const std::vector<std::string> fields = BadFields(request);
  for (const auto* field : {
           "generation.temperature",
           "generation.top_p",
           "generation.max_output_tokens",
           "generation.stop",
           "retry.max_attempts",
           "retry.max_reasks",
           "retry.max_transport_retries",
           "retry.initial_backoff_ms",
           "retry.max_backoff_ms",
           "retry.backoff_multiplier",
           "retry.backoff_jitter",
           "retry.attempt_timeout_ms",
           "retry.first_token_timeout_ms",
           "retry.idle_timeout_ms",
           "retry.retry_on",
           "schema.name",
       }) {
    EXPECT_NE(std::ranges::find(fields, field), fields.end()) << field;
  }
  EXPECT_EQ(fields.size(), 16U);
}

TEST(ExtractRequestTest, NotANumberIsOutOfRange) {
  v1::ExtractRequest request = Smallest();
  request.mutable_generation()->set_temperature(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(BadFields(request), (std::vector<std::string>{"generation.temperature"}));
}

TEST(ExtractRequestTest, OptionsAreTakenOver) {
  v1::ExtractRequest request = Smallest();
  auto& retry = *request.mutable_retry();
  retry.set_max_reasks(0);
  retry.add_retry_on(v1::RETRY_CONDITION_TIMEOUT);
  retry.set_idle_timeout_ms(1500);
  auto& validation = *request.mutable_validation();
  validation.set_max_loss(v1::MAX_LOSS_LOSSY);
  validation.set_assert_formats(false);
  validation.set_on_invalid(v1::ON_INVALID_RETURN_BEST_EFFORT);
  auto& generation = *request.mutable_generation();
  generation.set_provider_strict(v1::PROVIDER_STRICT_REQUIRED);
  generation.set_on_unsupported(v1::ON_UNSUPPORTED_FAIL);
  request.set_include_raw(true);
  const ExtractCall call = ToCall(request).value();
  EXPECT_EQ(call.retry.max_reasks, 0);
  EXPECT_EQ(call.retry.retry_on, static_cast<RetryConditions>(RetryCondition::kTimeout));
  EXPECT_EQ(call.timers.idle, std::chrono::milliseconds(1500));
  EXPECT_EQ(call.max_loss, json::MaxLoss::kLossy);
  EXPECT_EQ(call.assert_formats, false);
  EXPECT_EQ(call.on_invalid, OnInvalid::kReturnBestEffort);
  EXPECT_EQ(call.provider_strict, ProviderStrict::kRequired);
  EXPECT_EQ(call.on_unsupported, OnUnsupported::kFail);
  EXPECT_TRUE(call.include_raw);
}

TEST(ExtractRequestTest, ModeByNumberAndByName) {
  v1::ExtractRequest request = Smallest();
  request.set_mode(v1::MODE_MD_JSON);
  EXPECT_EQ(ToCall(request)->mode, "MD_JSON");
  request.set_mode_name("tool_call");
  const ExtractCall both = ToCall(request).value();
  EXPECT_EQ(both.mode, "tool_call");
  EXPECT_EQ(both.mode_number_name, "MD_JSON") << "whether they agree is decided with the provider";
}

}  // namespace
}  // namespace extractd
