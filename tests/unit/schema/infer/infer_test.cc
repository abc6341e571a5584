#include "server/schema/infer/infer.h"

#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/base/error.h"
#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/schema/compiled_schema.h"

namespace extractd::schema {
namespace {

constexpr std::string_view kHead = R"({"$schema":"https://json-schema.org/draft/2020-12/schema")";

void AddText(std::string_view text, SchemaInference& inference) {
  const json::ParseResult parsed = json::ParseView(text);
  inference.Add(std::get<json::Document>(parsed).root());
}

InferredSchema Infer(const std::vector<std::string>& examples, const InferOptions& options = {}) {
  SchemaInference inference(options);
  for (const std::string& example : examples) AddText(example, inference);
  return inference.Write();
}

// The rules without the dialect.
std::string Rules(const std::vector<std::string>& examples, const InferOptions& options = {}) {
  std::string text = Infer(examples, options).text;
  EXPECT_TRUE(text.starts_with(kHead)) << text;
  text.erase(1, kHead.size() - 1);
  if (text.starts_with("{,")) text.erase(1, 1);
  return text;
}

void ExpectValid(const std::string& schema, const std::vector<std::string>& examples) {
  const auto compiled = Compile(schema);
  ASSERT_TRUE(compiled.ok()) << compiled.status() << "\n" << schema;
  for (const std::string& example : examples) {
    const json::ParseResult parsed = json::ParseView(example);
    EXPECT_TRUE((*compiled)->IsValid(std::get<json::Document>(parsed).root())) << schema << "\n"
                                                                               << example;
  }
}

TEST(InferTest, WhatAllHaveIsRequiredAndNullIsAllowedWhereItWasSeen) {
  EXPECT_EQ(
      Rules({R"({"name":"Ada","age":36,"tags":["x"]})", R"({"age":null,"name":"Bo"})"}),
      R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":["integer","null"]},)"
      R"("tags":{"type":"array","items":{"type":"string"}}},"required":["name","age"]})"
  );
}

TEST(InferTest, NumbersAreIntegersUntilOneIsNot) {
  EXPECT_EQ(Rules({"1", "2.0", "1e3"}), R"({"type":"integer"})");
  EXPECT_EQ(Rules({"1", "1.5"}), R"({"type":"number"})");
  EXPECT_EQ(Rules({"1", "\"a\"", "true"}), R"({"type":["string","integer","boolean"]})");
}

TEST(InferTest, FormatsAreThoseThatAllTextsHave) {
  EXPECT_EQ(Rules({R"("2024-02-29")"}), R"({"type":"string","format":"date"})");
  EXPECT_EQ(Rules({R"("2024-02-29T10:00:00Z")"}), R"({"type":"string","format":"date-time"})");
  EXPECT_EQ(Rules({R"("a@example.com")"}), R"({"type":"string","format":"email"})");
  EXPECT_EQ(Rules({R"("https://example.com/a")"}), R"({"type":"string","format":"uri"})");
  EXPECT_EQ(
      Rules({R"("123e4567-e89b-12d3-a456-426614174000")"}), R"({"type":"string","format":"uuid"})"
  );
  EXPECT_EQ(Rules({R"("2024-02-29")", R"("soon")"}), R"({"type":"string"})");
  EXPECT_EQ(Rules({R"("note: buy milk")"}), R"({"type":"string"})");
  EXPECT_EQ(Rules({R"("2024-02-29")"}, {.formats = false}), R"({"type":"string"})");
}

TEST(InferTest, FewTextsThatComeAgainAreAnEnum) {
  const std::vector<std::string> five = {R"(["a","b","a","b","a",null])"};
  EXPECT_EQ(
      Rules(five), R"({"type":"array","items":{"type":["string","null"],"enum":["a","b",null]}})"
  );
  EXPECT_EQ(
      Rules(five, {.min_examples_for_enum = 6}),
      R"({"type":"array","items":{"type":["string","null"]}})"
  );
  EXPECT_EQ(
      Rules(five, {.min_examples_for_enum = 0}),
      R"({"type":"array","items":{"type":["string","null"]}})"
  );
  EXPECT_EQ(Rules({R"(["a","b","c","d","e"])"}), R"({"type":"array","items":{"type":"string"}})")
      << "texts that never come again are no enum";
}

TEST(InferTest, NamesThatAreDataMakeAMap) {
  EXPECT_EQ(
      Rules({R"({"2023":1.5,"2024":2})"}),
      R"({"type":"object","additionalProperties":{"type":"number"}})"
  );
  EXPECT_EQ(
      Rules({R"({"de":{"n":1,"m":"x"},"fr":{"n":2,"m":"y"},"it":{"n":3,"m":"z"},)"
             R"("es":{"m":"u","n":4},"pt":{"n":5,"m":"v"}})"}),
      R"({"type":"object","additionalProperties":{"type":"object","properties":)"
      R"({"n":{"type":"integer"},"m":{"type":"string"}},"required":["n","m"]}})"
  );
  std::vector<std::string> rare;
  for (int i = 0; i < 12; ++i) rare.push_back(fmt::format(R"({{"word{}":{}}})", i, i));
  EXPECT_EQ(Rules(rare), R"({"type":"object","additionalProperties":{"type":"integer"}})");
}

TEST(InferTest, NamesOfARecordStayNames) {
  const std::string record = R"({"a":1,"b":"x","c":true,"d":null,"e":{"f":1}})";
  EXPECT_EQ(
      Rules({record, record}),
      R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},)"
      R"("c":{"type":"boolean"},"d":{},"e":{"type":"object","properties":{"f":{"type":"integer"}},)"
      R"("required":["f"]}},"required":["a","b","c","d","e"]})"
  );
}

TEST(InferTest, OptionsMakeItStricterOrLooser) {
  EXPECT_EQ(
      Rules({R"({"a":1})"}, {.required = false}),
      R"({"type":"object","properties":{"a":{"type":"integer"}}})"
  );
  EXPECT_EQ(
      Rules({R"({"a":1})"}, {.closed_objects = true}),
      R"({"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],)"
      R"("additionalProperties":false})"
  );
}

TEST(InferTest, ThinEvidenceIsNamedWithItsPlace) {
  std::vector<std::string> codes;
  for (const ThinEvidence& warning : Infer({R"({"a":[],"b":null})"}).warnings) {
    codes.push_back(warning.code + " " + warning.message.substr(0, 7));
  }
  EXPECT_EQ(
      codes,
      (std::vector<std::string>{"ONE_EXAMPLE what is", "EMPTY_ARRAY at '/a'", "ONLY_NULL at '/b'"})
  );
}

TEST(InferTest, DeepExamplesEndInAnything) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  ExpectValid(Infer({deep}).text, {deep});
}

TEST(InferTest, RefiningKeepsWhatWasAllowed) {
  const std::string first = R"({"id":1,"kind":"a","when":"2024-01-01","list":[]})";
  SchemaInference inference({.closed_objects = true});
  const InferredSchema earlier = Infer({first, first, first, first, first});
  ASSERT_TRUE(inference.Refine(earlier.text).ok());
  const std::string second = R"({"id":1.5,"kind":"b","list":["x"],"new":true})";
  AddText(second, inference);
  const InferredSchema refined = inference.Write();
  EXPECT_EQ(
      refined.text.substr(kHead.size()),
      R"(,"type":"object","properties":{"id":{"type":"number"},)"
      R"("kind":{"type":"string","enum":["a","b"]},"when":{"type":"string","format":"date"},)"
      R"("list":{"type":"array","items":{"type":"string"}},"new":{"type":"boolean"}},)"
      R"("required":["id","kind","list"],"additionalProperties":false})"
  );
  ExpectValid(refined.text, {first, second});
}

TEST(InferTest, OtherSchemasAreNotRefined) {
  const auto fault = [](const std::string& schema) {
    SchemaInference inference({});
    const auto details = DetailsOf(inference.Refine(schema));
    return details.has_value() && details->reason == Reason::kInvalidSchema;
  };
  EXPECT_TRUE(fault("{"));
  EXPECT_TRUE(fault("true"));
  EXPECT_TRUE(fault(R"({"type":"string","minLength":1})"));
  EXPECT_TRUE(fault(R"({"$ref":"#"})"));
  EXPECT_TRUE(fault(R"({"type":"object","required":["a"]})"));
  EXPECT_TRUE(fault(R"({"type":"string","format":"ipv4"})"));
  EXPECT_FALSE(fault(R"({"type":["object","null"],"properties":{"a":{}},"required":["a"]})"));
}

// Values of a few kinds with few names and texts, so that they resemble each other.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::string Value(int depth) {
    switch (Pick(depth > 0 ? 9 : 7)) {
      case 0:
        return "null";
      case 1:
        return Pick(2) == 0 ? "true" : "false";
      case 2:
        return std::to_string(Pick(1000));
      case 3:
        return fmt::format("{}.{}e{}", Pick(10), Pick(100), Pick(4));
      case 4:
        return fmt::format("\"{}\"", kWords.at(Pick(kWords.size())));
      case 5:
        return fmt::format("\"20{:02}-0{}-1{}\"", Pick(30), 1 + Pick(9), Pick(10));
      case 6:
        return fmt::format("\"w{}\"", Pick(1000));
      case 7:
        return Array(depth);
      default:
        return Object(depth);
    }
  }

  size_t Pick(size_t count) { return random_() % count; }

 private:
  static constexpr std::array kWords = {"on", "off", "a@b.example", "https://b.example/", ""};

  std::string Array(int depth) {
    std::string out = "[";
    for (size_t i = Pick(5); i > 0; --i) out += Value(depth - 1) + (i > 1 ? "," : "");
    return out + "]";
  }

  std::string Object(int depth) {
    std::string out = "{";
    const bool ids = Pick(4) == 0;
    for (size_t i = 0; i < 6; ++i) {
      if (Pick(3) == 0) continue;
      if (out.size() > 1) out += ',';
      out += fmt::format(
          R"("{}{}":{})", ids ? "" : "k", ids ? 1000 + Pick(9) * 10 + i : i, Value(depth - 1)
      );
    }
    return out + "}";
  }

  std::mt19937 random_;
};

TEST(InferTest, EveryExampleIsValidUnderWhatItInfers) {
  const unsigned seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  Generator make(seed);
  for (int round = 0; round < 300; ++round) {
    const InferOptions options = {
        .required = make.Pick(4) != 0,
        .min_examples_for_enum = static_cast<int>(make.Pick(4)),
        .formats = make.Pick(4) != 0,
        .closed_objects = make.Pick(2) == 0,
    };
    std::vector<std::string> examples;
    for (size_t i = 1 + make.Pick(8); i > 0; --i) examples.push_back(make.Value(4));
    const std::string schema = Infer(examples, options).text;
    ExpectValid(schema, examples);

    SchemaInference refined(options);
    ASSERT_TRUE(refined.Refine(schema).ok()) << schema;
    examples.push_back(make.Value(4));
    AddText(examples.back(), refined);
    ExpectValid(refined.Write().text, examples);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace extractd::schema
