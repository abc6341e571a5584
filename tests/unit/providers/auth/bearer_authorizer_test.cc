#include "server/providers/auth/bearer_authorizer.h"

#include <gtest/gtest.h>

#include "server/base/error.h"
#include "tests/fakes/run_task.h"

namespace extractd::providers {
namespace {

using namespace std::chrono_literals;

class CountingSource final : public TokenSource {
 public:
  std::string key() const override { return "key"; }
  Task<absl::StatusOr<Token>> Fetch() override {
    co_return Token{
        .value = Secret("t" + std::to_string(++fetches_)),
        .expires = SystemTime::max(),
        .headers = {{"x-project", "p"}},
    };
  }

 private:
  int fetches_ = 0;
};

TEST(BearerAuthorizerTest, SendsTheTokenAndWhatBelongsToIt) {
  SystemTime now{1000s};
  TokenCache cache([](const Secret&) {}, [&now] { return now; });
  BearerAuthorizer authorizer(std::make_unique<CountingSource>(), cache);
  const auto headers = fakes::Await(authorizer.Authorize({}));
  ASSERT_TRUE(headers.ok());
  ASSERT_EQ(headers->size(), 2U);
  EXPECT_EQ((*headers)[0].name, "x-project");
  EXPECT_FALSE((*headers)[0].secret);
  EXPECT_EQ((*headers)[1].name, "authorization");
  EXPECT_EQ((*headers)[1].value, "Bearer t1");
  EXPECT_TRUE((*headers)[1].secret);

  now += TokenCache::kYouth;
  authorizer.Forget();
  EXPECT_EQ(fakes::Await(authorizer.Authorize({}))->at(1).value, "Bearer t2");
}

TEST(NoCredentialsTest, NamesProviderVariableAndPage) {
  const absl::Status status = NoCredentials(
      {.name = "acme", .docs_url = "https://acme.example"}, "ACME_FILE", "set ACME_FILE"
  );
  const auto details = DetailsOf(status);
  EXPECT_EQ(details->reason, Reason::kCredentialsMissing);
  EXPECT_EQ(
      status.message(),
      "no credentials for provider 'acme': set ACME_FILE; see https://acme.example"
  );
  EXPECT_EQ(details->metadata[1].second, "ACME_FILE");
}

}  // namespace
}  // namespace extractd::providers
