#include "server/engine/judge/call_ledger.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

CallLedger::Entry Good(std::string tool, std::string json) {
  return {.item = {.tool = std::move(tool), .json = std::move(json)}, .accepted = true};
}

CallLedger::Entry Bad(std::string tool, std::string json = "{}") {
  return {.item = {.tool = std::move(tool), .json = std::move(json)}};
}

CallLedger::Entry Unknown(std::string tool) {
  return {.item = {.tool = std::move(tool)}, .known_tool = false};
}

std::vector<std::string> Jsons(const CallLedger& ledger) {
  std::vector<std::string> jsons;
  for (const Item& item : ledger.Items()) jsons.push_back(item.json);
  return jsons;
}

using Texts = std::vector<std::string>;

TEST(CallLedgerTest, CallsOfOneReplyKeepTheirOrderAndMayBeEqual) {
  CallLedger ledger;
  ledger.Enter({Good("a", "1"), Good("b", "2"), Good("a", "1")});
  EXPECT_EQ(Jsons(ledger), (Texts{"1", "2", "1"}));
  EXPECT_TRUE(ledger.Missing().empty());
}

TEST(CallLedgerTest, ACorrectedCallTakesThePlaceOfTheRejectedOne) {
  CallLedger ledger;
  ledger.Enter({Good("a", "1"), Bad("b"), Good("a", "3")});
  ledger.Enter({Good("b", "2")});
  EXPECT_EQ(Jsons(ledger), (Texts{"1", "2", "3"}));
}

TEST(CallLedgerTest, ARejectedCallThatIsNotMadeAgainIsMissing) {
  CallLedger ledger;
  ledger.Enter({Bad("a"), Bad("b"), Bad("a")});
  EXPECT_TRUE(ledger.Missing().empty()) << "the model was not asked again yet";
  ledger.Enter({Good("a", "1")});
  EXPECT_EQ(ledger.Missing(), (Texts{"b", "a"}));
  ledger.Enter({Good("a", "3"), Good("b", "2")});
  EXPECT_TRUE(ledger.Missing().empty());
  EXPECT_EQ(Jsons(ledger), (Texts{"1", "2", "3"}));
}

TEST(CallLedgerTest, AnAcceptedCallThatIsRepeatedCountsOnce) {
  CallLedger ledger;
  ledger.Enter({Good("a", "1"), Bad("b")});
  ledger.Enter({Good("a", "1"), Good("b", "2")});
  EXPECT_EQ(Jsons(ledger), (Texts{"1", "2"}));
}

TEST(CallLedgerTest, AnotherToolMayTakeThePlaceOfOneThatDoesNotExist) {
  CallLedger ledger;
  ledger.Enter({Unknown("x"), Good("a", "1")});
  ledger.Enter({Good("b", "0")});
  EXPECT_EQ(Jsons(ledger), (Texts{"0", "1"}));
}

TEST(CallLedgerTest, AToolThatDoesNotExistIsNotMissed) {
  CallLedger ledger;
  ledger.Enter({Unknown("x"), Bad("a")});
  ledger.Enter({Good("a", "1")});
  EXPECT_TRUE(ledger.Missing().empty());
  EXPECT_EQ(Jsons(ledger), (Texts{"1"}));
}

TEST(CallLedgerTest, ANewCallOfALaterTurnIsAdded) {
  CallLedger ledger;
  ledger.Enter({Bad("a")});
  ledger.Enter({Good("a", "1"), Good("a", "2")});
  EXPECT_EQ(Jsons(ledger), (Texts{"1", "2"}));
}

TEST(CallLedgerTest, WhatIsKeptFromElsewhereComesFirstAndIsNotRepeated) {
  CallLedger ledger;
  ledger.Keep({{.tool = "a", .json = "1"}});
  EXPECT_TRUE(ledger.complete());
  ledger.Enter({Good("a", "1"), Good("b", "2")});
  EXPECT_EQ(Jsons(ledger), (Texts{"1", "2"}));
}

TEST(CallLedgerTest, ItIsCompleteWhenThereAreCallsAndAllAreAccepted) {
  CallLedger ledger;
  ledger.Keep({});
  EXPECT_TRUE(ledger.empty());
  EXPECT_FALSE(ledger.complete());
  ledger.Enter({Good("a", "1"), Bad("b")});
  EXPECT_FALSE(ledger.complete());
  ledger.Enter({Good("b", "2")});
  EXPECT_TRUE(ledger.complete());
}

schema::IssueList IssuesAt(const Texts& paths) {
  schema::IssueList issues;
  for (const std::string& path : paths) issues.listed.push_back({.path = path, .message = "no"});
  issues.total = issues.listed.size();
  return issues;
}

TEST(CallLedgerTest, ARejectReopensTheCallThatItNames) {
  CallLedger ledger;
  ledger.Enter({Good("a", "1"), Good("b", "2"), Good("a", "3")});
  const schema::IssueList told = ledger.Reject(IssuesAt({"/2/x"}));
  ASSERT_EQ(told.listed.size(), 1U);
  EXPECT_EQ(told.listed[0].path, "/2/x");
  EXPECT_FALSE(ledger.complete());
  ledger.Enter({Good("a", "4")});
  EXPECT_EQ(Jsons(ledger), (Texts{"1", "2", "4"}));
}

TEST(CallLedgerTest, ARejectSpeaksOfTheLastReplyByItsIndicesAndOfEarlierOnesByTheirTools) {
  CallLedger ledger;
  ledger.Enter({Good("a", "1"), Bad("b")});
  ledger.Enter({Good("b", "2")});
  const schema::IssueList told = ledger.Reject(IssuesAt({"/1", "/0/x"}));
  ASSERT_EQ(told.listed.size(), 2U);
  EXPECT_EQ(told.listed[0].path, "/0") << "the only call of that reply";
  EXPECT_EQ(told.listed[1].path, "");
  EXPECT_NE(told.listed[1].message.find("'a'"), std::string::npos);
}

TEST(CallLedgerTest, ARejectThatNamesNoCallIsOfAll) {
  CallLedger ledger;
  ledger.Enter({Good("a", "1"), Good("b", "2")});
  const schema::IssueList told = ledger.Reject(IssuesAt({"", "/7"}));
  EXPECT_EQ(told.listed.size(), 4U);
  EXPECT_EQ(told.total, 4U);
  EXPECT_EQ(told.listed[1].path, "/1");
}

}  // namespace
}  // namespace extractd
