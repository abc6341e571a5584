#include <gtest/gtest.h>

#include "server/providers/dialects/gemini/gemini.h"

namespace extractd::providers {
namespace {

std::string PathOf(std::string model, bool stream = false, std::string chat_path = "") {
  ProviderRow row;
  if (!chat_path.empty()) row.chat_path = std::move(chat_path);
  return Gemini().Path(row, {.model = std::move(model), .stream = stream});
}

TEST(GeminiPathTest, ModelAndMethod) {
  EXPECT_EQ(PathOf("gemini-3.8-flash"), "/models/gemini-3.8-flash:generateContent");
  EXPECT_EQ(
      PathOf("gemini-3.8-flash", /*stream=*/true),
      "/models/gemini-3.8-flash:streamGenerateContent?alt=sse"
  );
}

TEST(GeminiPathTest, TheRowSaysWhereModelsAre) {
  EXPECT_EQ(
      PathOf("g", false, "/publishers/google/models/{model}"),
      "/publishers/google/models/g:generateContent"
  );
}

TEST(GeminiPathTest, ResourceNamesStandForThemselves) {
  EXPECT_EQ(PathOf("tunedModels/mine"), "/tunedModels/mine:generateContent");
  EXPECT_EQ(
      PathOf("endpoints/42", true, "/publishers/google/models/{model}"),
      "/endpoints/42:streamGenerateContent?alt=sse"
  );
}

TEST(GeminiPathTest, NoModelNameLeadsAnywhereElse) {
  EXPECT_EQ(PathOf("a?key=b#c"), "/models/a%3Fkey%3Db%23c:generateContent");
  EXPECT_EQ(PathOf("../files/x"), "/models/..%2Ffiles%2Fx:generateContent");
  EXPECT_EQ(PathOf("a/../../x"), "/models/a%2F..%2F..%2Fx:generateContent");
  EXPECT_EQ(PathOf("//host/x"), "/models/%2F%2Fhost%2Fx:generateContent");
  EXPECT_EQ(PathOf("files/x:upload"), "/files/x%3Aupload:generateContent");
}

}  // namespace
}  // namespace extractd::providers
