#include "server/observe/log.h"

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "server/json/parse.h"
#include "server/json/read.h"

namespace extractd::observe {
namespace {

// A log into a pipe, whose other end is read without waiting.
class LogTest : public testing::Test {
 protected:
  LogTest() {
    EXPECT_EQ(::pipe2(pipe_.data(), O_CLOEXEC), 0);
    ::fcntl(pipe_[0], F_SETFL, O_NONBLOCK);
  }
  ~LogTest() override {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }

  std::string Written() {
    std::array<char, 65536> bytes{};
    const ssize_t size = ::read(pipe_[0], bytes.data(), bytes.size());
    return size > 0 ? std::string(bytes.data(), static_cast<size_t>(size)) : std::string();
  }

  std::array<int, 2> pipe_{};
};

TEST_F(LogTest, LineIsOneJsonObject) {
  Log log(pipe_[1], LogLevel::kInfo);
  log.Line(LogLevel::kInfo, "call_ended")
      .Text("request_id", "a\"b\n")
      .Number("attempts", 2)
      .Flag("valid", true)
      .Write();
  log.Flush();
  const std::string text = Written();
  ASSERT_TRUE(text.ends_with("}\n"));
  const json::ParseResult parsed = json::ParseView(text);
  const json::Value& line = std::get<json::Document>(parsed).root();
  EXPECT_EQ(json::StringMember(line, "event"), "call_ended");
  EXPECT_EQ(json::StringMember(line, "level"), "info");
  EXPECT_EQ(json::StringMember(line, "request_id"), "a\"b\n");
  EXPECT_EQ(json::IntegerMember(line, "attempts"), 2);
  EXPECT_TRUE(line.Find("valid")->boolean());
  EXPECT_EQ(
      json::StringMember(line, "ts").size(), std::string("2026-11-21T09:00:00.000000Z").size()
  );
}

TEST_F(LogTest, LowerLevelsAreOffAndCanBeSwitchedOn) {
  Log log(pipe_[1], LogLevel::kWarn);
  log.Line(LogLevel::kInfo, "quiet").Write();
  log.Flush();
  EXPECT_EQ(Written(), "");
  log.set_level(LogLevel::kDebug);
  EXPECT_TRUE(log.IsOn(LogLevel::kDebug));
  log.Line(LogLevel::kDebug, "loud").Write();
  log.Flush();
  EXPECT_NE(Written().find("loud"), std::string::npos);
}

TEST_F(LogTest, WarningsAreWrittenAtOnceInfosWait) {
  Log log(pipe_[1], LogLevel::kInfo);
  log.Line(LogLevel::kInfo, "first").Write();
  EXPECT_EQ(Written(), "");
  log.Line(LogLevel::kWarn, "second").Write();
  const std::string text = Written();
  EXPECT_LT(text.find("first"), text.find("second"));
}

TEST_F(LogTest, SecretsAreTakenOutWhereverTheyStand) {
  Log log(pipe_[1], LogLevel::kInfo);
  log.Protect(Secret("sk-canary-1"));
  log.Protect(Secret("abc"));  // too short to be a key: would hide words
  log.Line(LogLevel::kInfo, "x").Text("error", "bad key sk-canary-1!").Text("y", "abc").Write();
  log.Flush();
  const std::string text = Written();
  EXPECT_EQ(text.find("sk-canary-1"), std::string::npos);
  EXPECT_NE(text.find("bad key [redacted]!"), std::string::npos);
  EXPECT_NE(text.find("abc"), std::string::npos);
}

TEST_F(LogTest, WhatExpiresIsTakenOutForAsLongAsItWasSaidLast) {
  Log log(pipe_[1], LogLevel::kInfo);
  log.ProtectFor(Secret("expired-token"), std::chrono::seconds(-1));
  log.ProtectFor(Secret("token-1"), std::chrono::seconds(-1));
  log.ProtectFor(Secret("token-1"), std::chrono::hours(1));
  log.Protect(Secret("sk-canary-1"));
  log.ProtectFor(Secret("sk-canary-1"), std::chrono::seconds(-1));
  log.ProtectFor(Secret("another-token"), std::chrono::hours(1));
  log.Line(LogLevel::kInfo, "x").Text("e", "expired-token token-1 sk-canary-1").Write();
  log.Flush();
  EXPECT_NE(Written().find("expired-token [redacted] [redacted]"), std::string::npos);
}

TEST_F(LogTest, LinesOfManyThreadsStayWhole) {
  Log log(pipe_[1], LogLevel::kInfo);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&log, t] {
      for (int i = 0; i < 50; ++i) log.Line(LogLevel::kInfo, "e").Number("t", t).Write();
    });
  }
  for (std::thread& thread : threads) thread.join();
  log.Flush();
  const std::string text = Written();
  EXPECT_EQ(std::ranges::count(text, '\n'), 400);
  EXPECT_EQ(std::ranges::count(text, '{'), 400);
}

TEST(LogLevelTest, NamesGoBothWays) {
  for (const auto* name : {"debug", "info", "warn", "error"}) {
    EXPECT_EQ(LogLevelName(ParseLogLevel(name).value()), name);
  }
  EXPECT_EQ(ParseLogLevel("loud"), std::nullopt);
}

}  // namespace
}  // namespace extractd::observe
