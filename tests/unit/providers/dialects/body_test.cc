#include "server/providers/dialects/body.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "server/providers/provider_table.h"
#include "tests/fakes/test_data.h"
#include "tests/unit/providers/golden_requests.h"

namespace extractd::providers {
namespace {

// With EXTRACTD_RENEW_GOLDEN=1 the files are written instead; the change is then seen in review.
bool RenewsGolden() {
  const char* renew = std::getenv("EXTRACTD_RENEW_GOLDEN");
  return renew != nullptr && std::string_view(renew) == "1";
}

TEST(GoldenRequestsTest, EveryProviderIsSentWhatItsGoldenFileSays) {
  int compared = 0;
  for (const ProviderRow& row : BuiltInProviders()) {
    SCOPED_TRACE(row.name);
    const std::string requests = GoldenRequests(row);
    if (requests.empty()) continue;
    if (RenewsGolden()) std::ofstream(GoldenFile(row.name), std::ios::binary) << requests;
    EXPECT_EQ(ReadFile(GoldenFile(row.name)), requests)
        << "if this is as it should be, run this test with EXTRACTD_RENEW_GOLDEN=1";
    ++compared;
  }
  EXPECT_GE(compared, 20);
}

TEST(GoldenRequestsTest, EveryGoldenFileIsThatOfAProvider) {
  std::set<std::string> providers;
  for (const ProviderRow& row : BuiltInProviders()) providers.insert(row.name);
  for (const auto& file : std::filesystem::directory_iterator(GoldenFile("x").parent_path())) {
    EXPECT_TRUE(providers.contains(file.path().stem())) << file.path();
  }
}

}  // namespace
}  // namespace extractd::providers
