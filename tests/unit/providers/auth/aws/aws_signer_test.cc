#include "server/providers/auth/aws/aws_signer.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "server/base/error.h"
#include "tests/fakes/aws_machine.h"
#include "tests/fakes/http_imposter.h"
#include "tests/fakes/run_task.h"

namespace extractd::providers {
namespace {

using namespace std::chrono_literals;
using fakes::ScriptedReply;

// 2026-11-21 05:00:00 UTC
constexpr SystemTime kStart{1'795'237'200s};

class AwsSignerTest : public ::testing::Test {
 protected:
  using Headers = std::vector<WireHeader>;

  absl::StatusOr<Headers> Authorize() {
    return fakes::Await(loop_, authorizer_->Authorize(request_));
  }

  std::string AuthorizationOf(const absl::StatusOr<Headers>& headers) {
    EXPECT_TRUE(headers.ok()) << headers.status();
    if (!headers.ok()) return {};
    const auto found = std::ranges::find(*headers, "authorization", &WireHeader::name);
    return found == headers->end() ? "" : found->value;
  }

  bool Has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  void SetUpContainer() {
    machine_.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", imposter_.url() + "/c");
  }

  // Credentials of a container that end so many minutes after the start.
  void ReplyWith(const std::string& id, int minutes) {
    const std::string time = "2026-11-21T0" + std::to_string(5 + minutes / 60) + ":" +
                             (minutes % 60 < 10 ? "0" : "") + std::to_string(minutes % 60) + ":00Z";
    imposter_.Reply(ScriptedReply::Json(
        R"({"AccessKeyId":")" + id + R"(","SecretAccessKey":"sec-)" + id + R"(","Token":"tok-)" +
        id + R"(","Expiration":")" + time + R"("})"
    ));
  }

  fakes::AwsMachine machine_;
  fakes::HttpImposter imposter_;
  asio::io_context loop_{1};
  net::HttpClient client_{loop_.get_executor()};
  SystemTime now_ = kStart;
  std::vector<Secret> told_;
  TokenCache tokens_{
      [this](const Secret& secret) { told_.push_back(secret); }, [this] { return now_; }
  };
  WireRequest request_ = {
      .url = "https://bedrock-runtime.eu-central-1.amazonaws.com/model/m/converse",
      .headers = {{"content-type", "application/json"}},
      .body = "{}",
  };
  std::shared_ptr<Authorizer> authorizer_ = NewAwsAuthorizer(
      std::make_shared<const ProviderRow>(ProviderRow{
          .name = "bedrock",
          .key_variable = "AWS_BEARER_TOKEN_BEDROCK",
          .signer = "aws_sigv4",
          .docs_url = "https://docs.example",
      }),
      {.client = client_, .tokens = tokens_}
  );
};

TEST_F(AwsSignerTest, IsFoundByItsName) {
  ASSERT_NE(FindSigner("aws_sigv4"), nullptr);
  EXPECT_FALSE(FindSigner("aws_sigv4")->is_configured({}));
  machine_.Set("AWS_ACCESS_KEY_ID", "AKID");
  EXPECT_TRUE(FindSigner("aws_sigv4")->is_configured({}));
}

TEST_F(AwsSignerTest, SignsForTheRegionOfTheHostWithTheKeysOfTheMachine) {
  machine_.Set("AWS_ACCESS_KEY_ID", "AKID");
  machine_.Set("AWS_SECRET_ACCESS_KEY", "hunter2");
  machine_.Set("AWS_REGION", "us-east-1");
  const std::string authorization = AuthorizationOf(Authorize());
  EXPECT_TRUE(Has(authorization, "Credential=AKID/20261121/eu-central-1/bedrock/aws4_request"))
      << authorization;
  EXPECT_FALSE(Has(authorization, "hunter2"));
  EXPECT_TRUE(std::ranges::any_of(told_, [](const Secret& s) { return s.Reveal() == "hunter2"; }))
      << "logs must leave it out";
}

TEST_F(AwsSignerTest, AHostThatNamesNoRegionIsSignedForThatOfTheMachine) {
  machine_.Set("AWS_ACCESS_KEY_ID", "AKID");
  machine_.Set("AWS_SECRET_ACCESS_KEY", "s");
  request_.url = "http://127.0.0.1:4010/model/m/converse";
  const absl::StatusOr<Headers> unknown = Authorize();
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(DetailsOf(unknown.status())->reason, Reason::kCredentialsMissing);
  EXPECT_TRUE(Has(std::string(unknown.status().message()), "AWS_REGION"));
  machine_.Set("AWS_REGION", "ap-south-1");
  EXPECT_TRUE(Has(AuthorizationOf(Authorize()), "/ap-south-1/bedrock/"));
}

TEST_F(AwsSignerTest, RegionsAreReadFromEveryKindOfHost) {
  EXPECT_EQ(aws::RegionOfHost("bedrock-runtime.us-east-1.amazonaws.com"), "us-east-1");
  EXPECT_EQ(aws::RegionOfHost("bedrock-runtime-fips.us-gov-west-1.amazonaws.com"), "us-gov-west-1");
  EXPECT_EQ(aws::RegionOfHost("vpce-0a.bedrock-runtime.eu-west-1.vpce.amazonaws.com"), "eu-west-1");
  EXPECT_EQ(aws::RegionOfHost("bedrock-runtime.cn-north-1.amazonaws.com.cn"), "cn-north-1");
  EXPECT_EQ(aws::RegionOfHost("bedrock-runtime.gateway.example"), "");
  EXPECT_EQ(aws::RegionOfHost("localhost"), "");
}

TEST_F(AwsSignerTest, MissingCredentialsAreToldWithWhereToSetThem) {
  const absl::StatusOr<Headers> missing = Authorize();
  ASSERT_FALSE(missing.ok());
  const auto details = DetailsOf(missing.status());
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kCredentialsMissing);
  EXPECT_EQ(details->metadata.at(1).second, "AWS_BEARER_TOKEN_BEDROCK");
}

TEST_F(AwsSignerTest, CredentialsAreFetchedOnceAndAgainBeforeTheyEnd) {
  SetUpContainer();
  ReplyWith("FIRST", 60);
  ReplyWith("SECOND", 119);
  EXPECT_TRUE(Has(AuthorizationOf(Authorize()), "Credential=FIRST/"));
  now_ = kStart + 30min;
  EXPECT_TRUE(Has(AuthorizationOf(Authorize()), "Credential=FIRST/"));
  EXPECT_EQ(imposter_.requests().size(), 1U);
  now_ = kStart + 58min;
  EXPECT_TRUE(Has(AuthorizationOf(Authorize()), "Credential=SECOND/"));
  EXPECT_EQ(imposter_.requests().size(), 2U);
}

TEST_F(AwsSignerTest, ExpiredCredentialsAreNeverUsed) {
  SetUpContainer();
  ReplyWith("FIRST", 10);
  EXPECT_TRUE(Has(AuthorizationOf(Authorize()), "Credential=FIRST/"));
  now_ = kStart + 11min;
  imposter_.Reply(ScriptedReply::Status(503));
  EXPECT_TRUE(absl::IsUnavailable(Authorize().status()));
  now_ += 2s;
  ReplyWith("SECOND", 60);
  EXPECT_TRUE(Has(AuthorizationOf(Authorize()), "Credential=SECOND/"));
}

TEST_F(AwsSignerTest, WhatTheProviderRefusedIsFetchedAnew) {
  SetUpContainer();
  ReplyWith("FIRST", 60);
  ReplyWith("SECOND", 60);
  EXPECT_TRUE(Has(AuthorizationOf(Authorize()), "Credential=FIRST/"));
  now_ += 1min;
  authorizer_->Forget();
  EXPECT_TRUE(Has(AuthorizationOf(Authorize()), "Credential=SECOND/"));
}

TEST_F(AwsSignerTest, ManyWhoAskAtOnceShareOneFlight) {
  SetUpContainer();
  ReplyWith("FIRST", 60);
  int signed_requests = 0;
  for (int i = 0; i < 20; ++i) {
    asio::co_spawn(
        loop_,
        authorizer_->Authorize(request_),
        [&](const std::exception_ptr&, const absl::StatusOr<Headers>& headers) {
          signed_requests += headers.ok() ? 1 : 0;
        }
    );
  }
  loop_.restart();
  while (signed_requests < 20 && loop_.run_one() > 0) {
  }
  EXPECT_EQ(signed_requests, 20);
  EXPECT_EQ(imposter_.requests().size(), 1U);
}

TEST_F(AwsSignerTest, ASourceThatRefusesIsToldAsTheProvidersAuth) {
  SetUpContainer();
  imposter_.Reply(ScriptedReply::Status(401));
  const absl::StatusOr<Headers> refused = Authorize();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(DetailsOf(refused.status())->reason, Reason::kProviderAuth);
}

}  // namespace
}  // namespace extractd::providers
