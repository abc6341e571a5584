#include "server/providers/auth/signers.h"

#include <gtest/gtest.h>

#include "server/providers/provider_table.h"

namespace extractd::providers {
namespace {

TEST(SignersTest, EveryBuiltInRowNamesASignerThatThereIs) {
  for (const ProviderRow& row : BuiltInProviders()) {
    if (row.signer.empty()) continue;
    EXPECT_NE(FindSigner(row.signer), nullptr) << row.name << ": " << row.signer;
  }
}

TEST(SignersTest, ASignerIsWholeAndFoundByItsName) {
  for (const Signer& signer : AllSigners()) {
    EXPECT_EQ(FindSigner(signer.name), &signer);
    EXPECT_NE(signer.make, nullptr) << signer.name;
    EXPECT_NE(signer.is_configured, nullptr) << signer.name;
  }
  EXPECT_EQ(FindSigner("no such signer"), nullptr);
  EXPECT_EQ(FindSigner(""), nullptr);
}

}  // namespace
}  // namespace extractd::providers
