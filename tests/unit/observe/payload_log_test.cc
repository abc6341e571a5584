#include "server/observe/payload_log.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/json/parse.h"
#include "server/json/read.h"

namespace extractd::observe {
namespace {

class PayloadLogTest : public testing::Test {
 protected:
  PayloadLogTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "payloads-XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
    path_ = folder_ / "payloads.jsonl";
  }
  ~PayloadLogTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<PayloadLog> Open(std::int64_t max_bytes = 1 << 20, double percent = 100) {
    auto log = PayloadLog::Open({path_, max_bytes, percent}, redactor_);
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }

  static std::string Text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  static mode_t ModeOf(const std::filesystem::path& path) {
    struct stat info = {};
    ::stat(path.c_str(), &info);
    return info.st_mode & 07777U;
  }

  Redactor redactor_;
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(PayloadLogTest, AnExchangeIsOneLineOfJson) {
  const auto log = Open();
  log->Add(
      {.request_id = "R1", .attempt = 2, .request = "{\"a\":1}", .reply = "a\nb", .http_status = 200
      }
  );
  EXPECT_EQ(Text(path_), "") << "nothing is written before it is flushed";
  log->Flush();
  const std::string text = Text(path_);
  ASSERT_EQ(std::ranges::count(text, '\n'), 1);
  const json::ParseResult parsed = json::ParseView(text);
  const auto* document = std::get_if<json::Document>(&parsed);
  ASSERT_NE(document, nullptr) << text;
  EXPECT_EQ(json::StringMember(document->root(), "request_id"), "R1");
  EXPECT_EQ(json::StringMember(document->root(), "request"), "{\"a\":1}");
  EXPECT_EQ(json::StringMember(document->root(), "reply"), "a\nb");
}

TEST_F(PayloadLogTest, ItsOwnerAloneCanReadIt) {
  std::ofstream(path_) << "";
  std::filesystem::permissions(path_, std::filesystem::perms::all);
  const auto log = Open();
  EXPECT_EQ(ModeOf(path_), 0600U);
}

TEST_F(PayloadLogTest, SecretsAreTakenOutOfEveryPart) {
  redactor_.Protect(Secret("sk-\"canary\""));
  const auto log = Open();
  const std::string_view canary = "sk-\"canary\"";
  log->Add({.model = canary, .url = canary, .request = canary, .reply = canary});
  log->Flush();
  EXPECT_EQ(Text(path_).find("canary"), std::string::npos) << Text(path_);
  EXPECT_NE(Text(path_).find("[redacted]"), std::string::npos);
}

TEST_F(PayloadLogTest, LongBodiesAreCutAndSayHowLongTheyWere) {
  const auto log = Open();
  log->Add({.reply = std::string(PayloadLog::kMaxBodyBytes + 1, 'x')});
  log->Flush();
  EXPECT_LT(Text(path_).size(), PayloadLog::kMaxBodyBytes + 400);
  EXPECT_NE(Text(path_).find("\"reply_bytes\":262145"), std::string::npos);
}

TEST_F(PayloadLogTest, BytesThatAreNotUtf8AreReplaced) {
  const auto log = Open();
  log->Add({.reply = "\xff"});
  log->Flush();
  EXPECT_NE(Text(path_).find("\"reply\":\"\xef\xbf\xbd\""), std::string::npos) << Text(path_);
}

TEST_F(PayloadLogTest, AtItsGreatestSizeTheFileIsTurned) {
  const auto log = Open(10'000);
  for (int i = 0; i < 40; ++i) {
    log->Add({.attempt = i, .reply = std::string(1'000, 'x')});
    log->Flush();
  }
  const std::filesystem::path old = path_.string() + ".1";
  EXPECT_LE(std::filesystem::file_size(path_), 10'000U);
  EXPECT_LE(std::filesystem::file_size(old), 10'000U);
  EXPECT_NE(Text(path_).find("\"attempt\":39"), std::string::npos);
  EXPECT_EQ(ModeOf(path_), 0600U);
  EXPECT_EQ(ModeOf(old), 0600U);
  EXPECT_EQ(log->lost(), 0);
}

TEST_F(PayloadLogTest, ItGoesOnWhereItEnded) {
  for (int i = 0; i < 2; ++i) Open()->Add({.attempt = i});
  const std::string text = Text(path_);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST_F(PayloadLogTest, WhatIsAboveTheBoundBetweenTwoFlushesIsLostAndCounted) {
  const auto log = Open(std::int64_t{1} << 30);
  const std::string reply(PayloadLog::kMaxBodyBytes, 'x');
  for (int i = 0; i < 70; ++i) log->Add({.reply = reply});
  EXPECT_GT(log->lost(), 0);
  EXPECT_LT(log->lost(), 10);
}

TEST_F(PayloadLogTest, LinksAndFoldersAreRefused) {
  EXPECT_FALSE(PayloadLog::Open({folder_, 1 << 20}, redactor_).ok());
  std::filesystem::create_symlink(folder_ / "elsewhere", path_);
  const auto log = PayloadLog::Open({path_, 1 << 20}, redactor_);
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.status().message().find("payload_log: '" + path_.string()), 0U);
}

TEST_F(PayloadLogTest, ASampleIsDrawn) {
  const auto log = Open(1 << 20, 25);
  int wanted = 0;
  for (int i = 0; i < 4'000; ++i) wanted += log->Wants() ? 1 : 0;
  EXPECT_GT(wanted, 800);
  EXPECT_LT(wanted, 1'200);
}

}  // namespace
}  // namespace extractd::observe
