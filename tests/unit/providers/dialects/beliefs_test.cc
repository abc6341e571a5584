#include "server/providers/dialects/beliefs.h"

#include <gtest/gtest.h>

namespace extractd::providers {
namespace {

SendResult Read(int status, std::string message, SendFailure failure = SendFailure::kRejected) {
  SendResult result = {.failure = failure, .message = std::move(message)};
  ReadWrongBelief(status, result);
  return result;
}

WrongBelief BeliefOf(std::string message) {
  return Read(400, std::move(message)).wrong_belief;
}

TEST(BeliefsTest, AForcedToolChoiceThatIsRefused) {
  for (const auto* said :
       {"tool_choice forces tool use is not compatible with this model",
        "Thinking may not be enabled when tool_choice forces tool use.",
        "deepseek-reasoner does not support this tool_choice",
        "This model doesn't support the toolConfig.toolChoice.any field.",
        "tool_choice 'required' is not supported for this model"}) {
    EXPECT_EQ(BeliefOf(said), WrongBelief::kForcedTool) << said;
  }
}

TEST(BeliefsTest, AServerThatRefusesAFreeChoiceIsNotHelpedByOne) {
  EXPECT_NE(
      BeliefOf(R"("auto" tool choice requires a parser: tool_choice auto is not supported)"),
      WrongBelief::kForcedTool
  );
}

TEST(BeliefsTest, AModelWithoutTools) {
  for (const auto* said :
       {"registry/library/gemma does not support tools",
        "This model doesn't support tool use.",
        "No endpoints found that support tool use."}) {
    EXPECT_EQ(BeliefOf(said), WrongBelief::kTools) << said;
  }
}

TEST(BeliefsTest, ASchemaThatIsTooMuch) {
  for (const auto* said :
       {"Invalid schema for response_format 'answer': 'minLength' is not permitted.",
        "Schema is too complex for compilation.",
        "The specified schema produces a constraint that has too many states for serving.",
        "Schemas contains too many optional parameters (30).",
        "The compiled grammar is too large."}) {
    EXPECT_EQ(BeliefOf(said), WrongBelief::kSchema) << said;
  }
}

TEST(BeliefsTest, WhatADialectTakesForARejectedSchemaIsOneIfNothingElseIsSaid) {
  const SendResult result = Read(400, "the schema is odd", SendFailure::kSchemaRejected);
  EXPECT_EQ(result.wrong_belief, WrongBelief::kSchema);
}

TEST(BeliefsTest, AFormatThatTheModelDoesNotHave) {
  for (const auto* said :
       {"This response_format type is unavailable now",
        "This model does not support response format `json_schema`.",
        "output_config.format: this model does not support structured outputs",
        "JSON mode is not enabled for this model",
        "tools.0.function.strict: unknown field"}) {
    EXPECT_EQ(BeliefOf(said), WrongBelief::kFormat) << said;
  }
}

TEST(BeliefsTest, TheRefusedSettingIsTheOneThatIsNamedFirst) {
  struct Case {
    const char* said;
    const char* setting;
  };
  for (const Case& row : {
           Case{
               "Unsupported value: 'temperature' does not support 0.2 with this model.",
               "temperature"
           },
           Case{"temperature: Extra inputs are not permitted", "temperature"},
           Case{"`top_p` is deprecated for this model; use temperature", "top_p"},
           Case{"Unrecognized request argument supplied: reasoning_effort", "reasoning"},
           Case{"Thinking budget is not supported for this model", "reasoning"},
           Case{"Unsupported parameter: 'stop' is not supported with this model.", "stop"},
           Case{"seed is not supported", "seed"},
       }) {
    const SendResult result = Read(400, row.said);
    EXPECT_EQ(result.wrong_belief, WrongBelief::kParameter) << row.said;
    EXPECT_EQ(result.refused_parameter, row.setting) << row.said;
  }
}

TEST(BeliefsTest, OtherRefusalsSayNothing) {
  for (const auto* said :
       {"the messages are too long",
        "messages.1: unexpected role",
        "max_tokens is too large: 100000",
        "nonstop is not supported"}) {
    EXPECT_EQ(BeliefOf(said), WrongBelief::kNone) << said;
  }
}

TEST(BeliefsTest, OnlyRefusalsOfTheRequestCount) {
  const std::string said = "temperature is not supported";
  EXPECT_EQ(Read(500, said).wrong_belief, WrongBelief::kNone);
  EXPECT_EQ(Read(429, said).wrong_belief, WrongBelief::kNone);
  EXPECT_EQ(Read(422, said).wrong_belief, WrongBelief::kParameter);
  EXPECT_EQ(Read(400, said, SendFailure::kAuth).wrong_belief, WrongBelief::kNone);
  EXPECT_EQ(Read(400, said, SendFailure::kContextTooLong).wrong_belief, WrongBelief::kNone);
}

}  // namespace
}  // namespace extractd::providers
