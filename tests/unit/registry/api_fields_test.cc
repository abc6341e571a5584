#include "server/registry/api_fields.h"

#include <gtest/gtest.h>

#include "server/providers/provider_table.h"

namespace extractd {
namespace {

using Fields = std::vector<std::string>;

Fields FieldsOf(std::string_view dialect, std::string_view mode, ProviderRow row = {}) {
  return ApiFieldsOf(
      {.row = std::make_shared<const ProviderRow>(std::move(row)),
       .mode = FindModeHandler(mode),
       .dialect = providers::FindDialect(dialect)}
  );
}

TEST(ApiFieldsTest, AreTheMembersThatAModeAdds) {
  EXPECT_EQ(FieldsOf("openai_chat", "JSON_SCHEMA"), Fields({"response_format"}));
  EXPECT_EQ(
      FieldsOf("openai_chat", "TOOLS"), Fields({"tools", "tool_choice", "parallel_tool_calls"})
  );
  EXPECT_EQ(FieldsOf("ollama_chat", "JSON_SCHEMA"), Fields({"format"}));
  EXPECT_EQ(FieldsOf("cohere_chat", "TOOLS"), Fields({"tools", "tool_choice"}));
}

TEST(ApiFieldsTest, AModeOfThePromptAloneHasNone) {
  EXPECT_EQ(FieldsOf("openai_chat", "MD_JSON"), Fields());
}

TEST(ApiFieldsTest, MembersOfTheRowAreNotTheModes) {
  EXPECT_EQ(
      FieldsOf("ollama_chat", "JSON", {.body = R"({"options":{"temperature":0}})"}),
      Fields({"format"})
  );
}

}  // namespace
}  // namespace extractd
