#include "server/service/callers/authenticator.h"

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd {
namespace {

PrincipalPtr Named(std::string name, std::vector<std::string> certificates = {}) {
  return std::make_shared<const Principal>(
      Principal{.name = std::move(name), .certificates = std::move(certificates)}
  );
}

class AuthenticatorTest : public testing::Test {
 protected:
  // The name of whom the evidence shows; "nobody", or the reason of the refusal.
  std::string Who(const Evidence& evidence) const {
    const auto made = Authenticator::Make(rules_);
    if (!made.ok()) return std::string(made.status().message());
    const absl::StatusOr<PrincipalPtr> found = (*made)->Identify(evidence);
    if (!found.ok()) return std::string(ReasonName(DetailsOf(found.status())->reason));
    return *found == nullptr ? "nobody" : (*found)->name;
  }

  Authenticator::Rules rules_ = {
      .principals =
          {{"billing", Named("billing", {"spiffe://corp/billing"})},
           {"local", Named("local")},
           {"mail", Named("mail", {"mail.corp", "spiffe://corp/mail/*"})}},
      .tokens = {{"billing", HashOf("t1")}, {"mail", HashOf("t2")}, {"billing", HashOf("t3")}},
      .demanded = true,
  };
};

TEST_F(AuthenticatorTest, ATokenIsOfOnePrincipalWhichMayHaveSeveral) {
  EXPECT_EQ(Who({.authorization = {"Bearer t1"}}), "billing");
  EXPECT_EQ(Who({.authorization = {"bearer t2"}}), "mail");
  EXPECT_EQ(Who({.authorization = {"Bearer t3"}}), "billing");
}

TEST_F(AuthenticatorTest, WhatIsNoKnownTokenIsRefused) {
  for (const std::string_view value : {"Bearer t4", "Bearer ", "Bearer", "t1", "Basic t1", ""}) {
    EXPECT_EQ(Who({.authorization = {value}}), "TOKEN_INVALID") << value;
  }
  EXPECT_EQ(Who({.authorization = {"Bearer t1", "Bearer t1"}}), "TOKEN_INVALID");
  const std::string long_one = "Bearer " + std::string(5000, 'x');
  EXPECT_EQ(Who({.authorization = {long_one}}), "TOKEN_INVALID");
}

TEST_F(AuthenticatorTest, ACertificateIsKnownByAnyOfItsNames) {
  EXPECT_EQ(Who({.certificate = {"spiffe://corp/billing"}}), "billing");
  EXPECT_EQ(Who({.certificate = {"x", "mail.corp"}}), "mail");
  EXPECT_EQ(Who({.certificate = {"spiffe://corp/mail/7"}}), "mail");
  EXPECT_EQ(Who({.certificate = {"spiffe://corp/other"}}), "TOKEN_INVALID");
}

TEST_F(AuthenticatorTest, AWrongTokenIsNotMendedByARightCertificate) {
  EXPECT_EQ(Who({.authorization = {"Bearer x"}, .certificate = {"mail.corp"}}), "TOKEN_INVALID");
  EXPECT_EQ(Who({.authorization = {"Bearer t1"}, .certificate = {"mail.corp"}}), "billing");
}

TEST_F(AuthenticatorTest, TheSocketIsAPrincipalOnlyWhereItIsConfigured) {
  EXPECT_EQ(Who({.unix_socket = true}), "TOKEN_INVALID");
  rules_.unix_principal = "local";
  EXPECT_EQ(Who({.unix_socket = true}), "local");
  EXPECT_EQ(Who({.authorization = {"Bearer t2"}, .unix_socket = true}), "mail");
  EXPECT_EQ(Who({}), "TOKEN_INVALID");
}

TEST_F(AuthenticatorTest, WhereNobodyMustBeSomebodyNobodyIsAsked) {
  rules_.demanded = false;
  EXPECT_EQ(Who({}), "nobody");
  EXPECT_EQ(Who({.authorization = {"Bearer x"}}), "nobody");
}

TEST_F(AuthenticatorTest, UnknownPrincipalsAreNamed) {
  rules_.unix_principal = "locl";
  EXPECT_EQ(Who({}), "socket_principal: principal 'locl' is not in the principals block");
  rules_.tokens.push_back({"maill", HashOf("t")});
  EXPECT_EQ(Who({}), "tokens_file: principal 'maill' is not in the principals block");
}

}  // namespace
}  // namespace extractd
