#include "server/registry/capability.h"

#include <gtest/gtest.h>

#include "server/providers/provider_table.h"

namespace extractd {
namespace {

const Dialect& Chat() {
  return *providers::FindDialect("openai_chat");
}

ProviderRow Acme() {
  return {
      .name = "acme",
      .modes = {"TOOLS", "PARALLEL_TOOLS"},
      .enforcement = "grammar",
      .media = {{{.kind = MediaKind::kImage}, {.kind = MediaKind::kAudio}}},
  };
}

TEST(CapabilitySetTest, IsASet) {
  CapabilitySet set = {Capability::kVision, Capability::kAudio};
  EXPECT_TRUE(set.Has(Capability::kVision));
  EXPECT_FALSE(set.Has(Capability::kStrict));
  EXPECT_TRUE(set.HasAll({Capability::kAudio}));
  EXPECT_TRUE(set.HasAll({}));
  EXPECT_FALSE(set.HasAll({Capability::kAudio, Capability::kStrict}));
  set.Remove(Capability::kAudio);
  EXPECT_EQ(set, CapabilitySet({Capability::kVision}));
  set |= {Capability::kStrict};
  EXPECT_TRUE(set.Has(Capability::kStrict));
}

TEST(CapabilitiesOfTest, AProviderCanWhatItsRowAndItsBestModelsSay) {
  const KnownModel thinker = {.provider = "acme", .capabilities = {Capability::kReasoning}};
  const CapabilitySet can = CapabilitiesOf(Acme(), Chat(), {&thinker, 1});
  EXPECT_EQ(
      can,
      CapabilitySet(
          {Capability::kStreaming,
           Capability::kVision,
           Capability::kAudio,
           Capability::kReasoning,
           Capability::kStrict,
           Capability::kParallelTools}
      )
  );
  EXPECT_EQ(
      CapabilitiesOf(ProviderRow{.name = "plain"}, Chat(), {}),
      CapabilitySet({Capability::kStreaming})
  );
}

TEST(CapabilitiesOfTest, AModelThatNobodyKnowsTakesWhatItsProviderTakes) {
  const CapabilitySet can = CapabilitiesOf(Acme(), Chat(), ModelFamily{}, nullptr);
  EXPECT_TRUE(can.HasAll({Capability::kVision, Capability::kStrict, Capability::kParallelTools}));
  EXPECT_FALSE(can.Has(Capability::kReasoning));
}

TEST(CapabilitiesOfTest, AFamilyTakesAwayAndAdds) {
  const ModelFamily family = {
      .modes = {"TOOLS"}, .enforces = false, .reasons = true, .no_media = {MediaKind::kImage}
  };
  EXPECT_EQ(
      CapabilitiesOf(Acme(), Chat(), family, nullptr),
      CapabilitySet({Capability::kStreaming, Capability::kAudio, Capability::kReasoning})
  );
}

TEST(CapabilitiesOfTest, AKnownModelHasNoneOfWhatItIsNotKnownFor) {
  const KnownModel known = {
      .capabilities = {Capability::kVision, Capability::kDocuments, Capability::kPromptCache}
  };
  EXPECT_EQ(
      CapabilitiesOf(Acme(), Chat(), ModelFamily{}, &known),
      CapabilitySet(
          {Capability::kStreaming,
           Capability::kVision,
           Capability::kStrict,
           Capability::kPromptCache}
      )
  ) << "documents are not for a provider that has no place for them";
}

}  // namespace
}  // namespace extractd
