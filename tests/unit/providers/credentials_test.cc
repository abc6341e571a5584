#include "server/providers/credentials.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "server/base/error.h"
#include "server/providers/auth/environment.h"

namespace extractd::providers {
namespace {

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest()
      : file_(std::filesystem::temp_directory_path() / ("key-" + std::to_string(::getpid()))) {}
  ~CredentialsTest() override {
    ::unsetenv("ACME_KEY");
    ::unsetenv("ACME_KEY_FILE");
    std::filesystem::remove(file_);
  }

  void WriteFile(std::string_view text) { std::ofstream(file_) << text; }

  ProviderRow row_ = {
      .name = "acme", .key_variable = "ACME_KEY", .docs_url = "https://acme.example/docs"
  };
  std::filesystem::path file_;
  std::vector<Secret> told_;
  Credentials credentials_{[this](const Secret& key) { told_.push_back(key); }};
};

TEST_F(CredentialsTest, MissingKeyNamesTheVariableAndThePage) {
  const auto key = credentials_.KeyOf(row_);
  const auto details = DetailsOf(key.status());
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kCredentialsMissing);
  EXPECT_EQ(details->metadata[1], (std::pair<std::string, std::string>{"variable", "ACME_KEY"}));
  EXPECT_EQ(details->metadata[2].second, "https://acme.example/docs");
  EXPECT_FALSE(credentials_.IsConfigured(row_));
}

TEST_F(CredentialsTest, ARowWithASignerNeedsNoKeyAndIsConfiguredByItsSigner) {
  row_.signer = "databricks_m2m";
  ::unsetenv("DATABRICKS_CLIENT_ID");
  ASSERT_TRUE(credentials_.KeyOf(row_).ok());
  EXPECT_TRUE(credentials_.KeyOf(row_)->empty());
  EXPECT_FALSE(credentials_.IsConfigured(row_));
  ::setenv("DATABRICKS_CLIENT_ID", "id", 1);
  ::setenv("DATABRICKS_CLIENT_SECRET", "secret", 1);
  EXPECT_TRUE(credentials_.IsConfigured(row_));
  ::unsetenv("DATABRICKS_CLIENT_ID");
  ::unsetenv("DATABRICKS_CLIENT_SECRET");
  ::setenv("ACME_KEY", "k1", 1);
  EXPECT_TRUE(credentials_.IsConfigured(row_)) << "a key is enough";
}

TEST_F(CredentialsTest, VariableIsRead) {
  ::setenv("ACME_KEY", "k1", 1);
  EXPECT_EQ(credentials_.KeyOf(row_)->Reveal(), "k1");
  EXPECT_TRUE(credentials_.IsConfigured(row_));
  ::setenv("ACME_KEY", "", 1);
  EXPECT_FALSE(credentials_.IsConfigured(row_)) << "an empty variable is no key";
}

TEST_F(CredentialsTest, FileOfTheVariableAndOfTheRow) {
  WriteFile("k2\n");
  ::setenv("ACME_KEY_FILE", file_.c_str(), 1);
  EXPECT_EQ(credentials_.KeyOf(row_)->Reveal(), "k2") << "without the line break";
  ::setenv("ACME_KEY", "k1", 1);
  row_.key_file = file_;
  EXPECT_EQ(credentials_.KeyOf(row_)->Reveal(), "k2") << "what the row names goes first";
}

TEST_F(CredentialsTest, ChangedFileIsReadAgain) {
  WriteFile("old");
  row_.key_file = file_;
  EXPECT_EQ(credentials_.KeyOf(row_)->Reveal(), "old");
  WriteFile("new");
  std::filesystem::last_write_time(
      file_, std::filesystem::last_write_time(file_) + std::chrono::seconds(2)
  );
  const auto deadline = std::chrono::steady_clock::now() + 10 * Credentials::kFileCheckInterval;
  while (credentials_.KeyOf(row_)->Reveal() != "new") {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::yield();
  }
}

TEST_F(CredentialsTest, UselessFilesSayWhatIsWrongWithThem) {
  row_.key_file = file_;
  const auto problem = [this] { return std::string(credentials_.KeyOf(row_).status().message()); };
  EXPECT_NE(problem().find("cannot be opened"), std::string::npos);
  WriteFile("  \n");
  EXPECT_NE(problem().find("is empty"), std::string::npos);
  WriteFile("a\r\nx-other: b");
  EXPECT_NE(problem().find("control characters"), std::string::npos);
  WriteFile(std::string(kMaxCredentialBytes + 1, 'k'));
  EXPECT_NE(problem().find("is larger"), std::string::npos);
}

TEST_F(CredentialsTest, OtherVariablesAreReadAfterTheFirst) {
  row_.key_variable = "ACME_MAIN_KEY";
  row_.other_key_variables = {"ACME_KEY"};
  EXPECT_NE(
      credentials_.KeyOf(row_).status().message().find("ACME_MAIN_KEY or ACME_KEY"),
      std::string::npos
  );
  WriteFile("k2");
  ::setenv("ACME_KEY_FILE", file_.c_str(), 1);
  EXPECT_EQ(credentials_.KeyOf(row_)->Reveal(), "k2");
  ::setenv("ACME_KEY", "k1", 1);
  EXPECT_EQ(credentials_.KeyOf(row_)->Reveal(), "k1");
  ::setenv("ACME_MAIN_KEY", "k0", 1);
  EXPECT_EQ(credentials_.KeyOf(row_)->Reveal(), "k0");
  ::unsetenv("ACME_MAIN_KEY");
}

TEST_F(CredentialsTest, ProviderThatNeedsNoKeyGetsAnEmptyOne) {
  row_.key_required = false;
  ASSERT_TRUE(credentials_.KeyOf(row_).ok());
  EXPECT_TRUE(credentials_.KeyOf(row_)->empty());
  EXPECT_TRUE(credentials_.IsConfigured(row_));
  ::setenv("ACME_KEY", "k1", 1);
  EXPECT_EQ(credentials_.KeyOf(row_)->Reveal(), "k1") << "but one that is set is used";
}

TEST_F(CredentialsTest, EveryNewKeyIsToldOnce) {
  ::setenv("ACME_KEY", "k1", 1);
  ASSERT_TRUE(credentials_.KeyOf(row_).ok());
  ASSERT_TRUE(credentials_.KeyOf(row_).ok());
  ::setenv("ACME_KEY", "k2", 1);
  ASSERT_TRUE(credentials_.KeyOf(row_).ok());
  EXPECT_EQ(told_, (std::vector<Secret>{Secret("k1"), Secret("k2")}));
}

}  // namespace
}  // namespace extractd::providers
