// The fixtures of the TOON specification: every one, with its options.
#include "server/json/toon/toon.h"

#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/json/decimal.h"
#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/json/write.h"
#include "tests/fakes/test_data.h"

namespace extractd::json {
namespace {

constexpr size_t kFixtures = 380;

struct Outcome {
  size_t passed = 0;
  std::vector<std::string> failures = {};
};

// "" if the fixture holds, else what was found.
std::string Encodes(const Value& input, const Value& expected, const Value* options) {
  toon::EncodeOptions encode;
  const Value* delimiter = options != nullptr ? options->Find("delimiter") : nullptr;
  const Value* indent = options != nullptr ? options->Find("indentSize") : nullptr;
  if (delimiter != nullptr) encode.delimiter = delimiter->string().front();
  if (indent != nullptr) encode.indent = static_cast<size_t>(*ToInt64(indent->number()));
  const std::string text = toon::Encode(input, encode);
  return text == expected.string() ? "" : text;
}

std::string Decodes(const Value& test, const Value& expected, const Value* options) {
  toon::DecodeOptions decode;
  const Value* strict = options != nullptr ? options->Find("strict") : nullptr;
  const Value* indent = options != nullptr ? options->Find("indentSize") : nullptr;
  if (strict != nullptr) decode.strict = strict->boolean();
  if (indent != nullptr) decode.indent = static_cast<size_t>(*ToInt64(indent->number()));
  const toon::DecodeResult result = toon::Decode(test.Find("input")->string(), decode);
  const Value* fails = test.Find("shouldError");
  const bool must_fail = fails != nullptr && fails->boolean();
  if (const auto* error = std::get_if<toon::DecodeError>(&result)) {
    return must_fail ? "" : error->message;
  }
  const Value& root = std::get<toon::Decoded>(result).document.root();
  if (must_fail) return "read as " + ToText(root);
  return Equal(root, expected) ? "" : ToText(root);
}

void RunFile(const std::filesystem::path& path, Outcome& outcome) {
  const ParseResult parsed = Parse(ReadFile(path));
  const Value& file = std::get<Document>(parsed).root();
  const bool encode = StringMember(file, "category") == "encode";
  for (const Value& test : *file.Find("tests")) {
    const Value& expected = *test.Find("expected");
    const Value* options = test.Find("options");
    const std::string found =
        encode ? Encodes(*test.Find("input"), expected, options) : Decodes(test, expected, options);
    if (found.empty()) {
      ++outcome.passed;
    } else {
      outcome.failures.push_back(
          path.stem().string() + ": " + std::string(test.Find("name")->string()) + ": " + found
      );
    }
  }
}

TEST(ToonSuite, EveryFixtureHolds) {
  REQUIRE_TEST_DATA("toon-spec/fixtures");
  Outcome outcome;
  for (const std::string_view category : {"decode", "encode"}) {
    const auto folder = TestDataDir() / "toon-spec" / "fixtures" / category;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      RunFile(entry.path(), outcome);
    }
  }
  std::cout << "toon-spec: " << outcome.passed << " of " << outcome.passed + outcome.failures.size()
            << "\n";
  for (const std::string& failure : outcome.failures) ADD_FAILURE() << failure;
  EXPECT_GE(outcome.passed, kFixtures);
}

// The documents that the specification shows beside its fixtures.
TEST(ToonSuite, ExamplesAreReadAndRefusedAsTheirFoldersSay) {
  REQUIRE_TEST_DATA("toon-spec/examples");
  const auto examples = TestDataDir() / "toon-spec" / "examples";
  for (const auto& entry : std::filesystem::directory_iterator(examples / "valid")) {
    const std::string text = ReadFile(entry.path());
    const toon::DecodeResult result = toon::Decode(text);
    const auto* error = std::get_if<toon::DecodeError>(&result);
    EXPECT_EQ(error, nullptr) << entry.path() << ": " << error->line << ": " << error->message;
  }
  for (const auto& entry : std::filesystem::directory_iterator(examples / "invalid")) {
    const std::string text = ReadFile(entry.path());
    const toon::DecodeResult result = toon::Decode(text);
    EXPECT_TRUE(std::holds_alternative<toon::DecodeError>(result)) << entry.path();
  }
  for (const auto& entry : std::filesystem::directory_iterator(examples / "conversions")) {
    if (entry.path().extension() != ".toon") continue;
    std::filesystem::path json = entry.path();
    const std::string text = ReadFile(entry.path());
    const toon::DecodeResult result = toon::Decode(text);
    const ParseResult expected = Parse(ReadFile(json.replace_extension(".json")));
    ASSERT_TRUE(std::holds_alternative<toon::Decoded>(result)) << entry.path();
    const Value& root = std::get<toon::Decoded>(result).document.root();
    EXPECT_TRUE(Equal(root, std::get<Document>(expected).root())) << entry.path();
  }
}

}  // namespace
}  // namespace extractd::json
