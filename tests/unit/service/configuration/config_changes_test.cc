#include "server/service/configuration/config_changes.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/engine/callers/principal.h"

namespace extractd {
namespace {

using Names = std::vector<std::string>;

void SetPrincipal(Config& config, Principal principal) {
  const std::string name = principal.name;
  config.callers.principals[name] = std::make_shared<const Principal>(std::move(principal));
}

void SetPrices(Config& config, std::vector<Price> prices) {
  config.calls.prices = std::make_shared<const PriceTable>(std::move(prices));
}

class ConfigChangesTest : public testing::Test {
 protected:
  ConfigChangesTest() {
    before_.providers = {{.name = "acme"}, {.name = "zenith"}};
    SetPrincipal(before_, {.name = "billing"});
    SetPrices(before_, {{.provider = "acme", .model = "large", .rates = {.input = 1}}});
    after_ = before_;
  }

  Names Changed() const { return ChangesOf(before_, after_).changed; }

  Config before_;
  Config after_;
};

TEST_F(ConfigChangesTest, TheSameConfigurationChangesNothing) {
  EXPECT_EQ(Changed(), Names{});
  // A principal is read anew each time, and so are prices.
  SetPrincipal(after_, {.name = "billing"});
  SetPrices(after_, {{.provider = "acme", .model = "large", .rates = {.input = 1}}});
  after_.calls.provider_retry["acme"];
  EXPECT_EQ(Changed(), Names{}) << "what says nothing is as if it were not there";
}

TEST_F(ConfigChangesTest, SettingsAreNamedAndThoseThatNeedARestartTwice) {
  after_.loops = 3;
  after_.calls.retry.max_reasks = 1;
  const ConfigChanges changes = ChangesOf(before_, after_);
  EXPECT_EQ(changes.changed, (Names{"loops", "max_reasks"}));
  EXPECT_EQ(changes.need_restart, Names{"loops"});
}

TEST_F(ConfigChangesTest, AProviderDiffersByItsRowRetriesLimitsOrPrices) {
  after_.providers[1].default_model = "other";
  EXPECT_EQ(Changed(), Names{"providers.zenith"});
  after_ = before_;
  after_.calls.provider_retry["acme"].max_attempts = 2;
  EXPECT_EQ(Changed(), Names{"providers.acme"});
  after_ = before_;
  after_.calls.provider_limits["zenith"].tokens_per_minute = 1000;
  EXPECT_EQ(Changed(), Names{"providers.zenith"});
  after_ = before_;
  SetPrices(after_, {{.provider = "acme", .model = "large", .rates = {.input = 2}}});
  EXPECT_EQ(Changed(), Names{"providers.acme"});
}

TEST_F(ConfigChangesTest, WhatIsAddedOrRemovedDiffers) {
  after_.providers = {{.name = "acme"}, {.name = "bolt"}};
  after_.callers.principals.clear();
  SetPrincipal(after_, {.name = "audit"});
  EXPECT_EQ(
      Changed(),
      (Names{"providers.bolt", "providers.zenith", "principals.audit", "principals.billing"})
  );
}

TEST_F(ConfigChangesTest, APrincipalDiffersByAnyOfItsKeys) {
  const std::vector<Principal> others = {
      {.name = "billing", .models = {"acme/*"}},
      {.name = "billing", .defaults = {.retry = {.max_reasks = 1}}},
      {.name = "billing", .bounds = {.rates = {.requests_per_minute = 5}}},
      {.name = "billing", .priority = Priority::kHigh},
      {.name = "billing", .admin = true},
  };
  for (const Principal& other : others) {
    SetPrincipal(after_, other);
    EXPECT_EQ(Changed(), Names{"principals.billing"});
  }
}

TEST_F(ConfigChangesTest, TheHashIsOfSettingsAndFiles) {
  EXPECT_EQ(HashOf(before_), HashOf(after_));
  EXPECT_EQ(HashOf(before_).size(), 32U);
  after_.calls.retry.max_reasks = 1;
  EXPECT_NE(HashOf(before_), HashOf(after_));
  after_ = before_;
  after_.files_hash = "other";
  EXPECT_NE(HashOf(before_), HashOf(after_));
}

}  // namespace
}  // namespace extractd
