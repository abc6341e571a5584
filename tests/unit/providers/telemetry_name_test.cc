#include "server/providers/telemetry_name.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "server/providers/provider_table.h"

namespace extractd::providers {
namespace {

TEST(TelemetryNameTest, NamesOfTheConventionsAreUsedWhereTheyHaveOne) {
  EXPECT_EQ(TelemetryName("openai"), "openai");
  EXPECT_EQ(TelemetryName("bedrock"), "aws.bedrock");
  EXPECT_EQ(TelemetryName("acme"), "acme");
}

TEST(TelemetryNameTest, EveryOtherNameBelongsToAProviderThatThereIs) {
  std::set<std::string> renamed;
  for (const ProviderRow& row : BuiltInProviders()) {
    if (TelemetryName(row.name) != row.name) renamed.emplace(TelemetryName(row.name));
  }
  EXPECT_EQ(
      renamed,
      (std::set<std::string>{
          "aws.bedrock", "azure.ai.openai", "gcp.gemini", "gcp.vertex_ai", "mistral_ai", "x_ai"
      })
  );
}

}  // namespace
}  // namespace extractd::providers
