// The notations in which models answer, one row each: those that other tolerant parsers take, those
// that they refuse or read as something else, and what is left undone on purpose. Prints a table.
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/repair.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/verdict.h"

namespace extractd::schema {
namespace {

constexpr std::string_view kPerson =
    R"({"title":"Person","type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},
        "tags":{"type":"array","items":{"type":"string"}}},"required":["name","age"]})";
constexpr std::string_view kPeople =
    R"({"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},
        "required":["name","age"]}})";
constexpr std::string_view kText =
    R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})";
constexpr std::string_view kInteger = R"({"type":"integer"})";
constexpr std::string_view kNumber = R"({"type":"number"})";
constexpr std::string_view kBoolean = R"({"type":"boolean"})";
constexpr std::string_view kIntegers = R"({"type":"array","items":{"type":"integer"}})";
constexpr std::string_view kStrings = R"({"type":"array","items":{"type":"string"}})";
constexpr std::string_view kMood = R"({"enum":["POSITIVE","NEGATIVE","DARK_BLUE"]})";
constexpr std::string_view kTree =
    R"({"type":"object","properties":{"v":{"type":"integer"},"kids":{"type":"array","items":{"$ref":"#"}}},
        "required":["v"],"additionalProperties":false})";
constexpr std::string_view kMap = R"({"type":"object","additionalProperties":{"type":"integer"}})";

constexpr std::string_view kAda = R"({"name":"Ada","age":36})";

struct Row {
  std::string_view name;
  std::string_view schema;
  std::string_view text;
  std::string_view json;  // empty: nothing valid is made of it
  bool lossless = true;   // within the gate that Extract has by default
};

Verdict JudgeRow(const Row& row, json::MaxLoss max_loss) {
  const auto compiled = Compile(std::string(row.schema));
  EXPECT_TRUE(compiled.ok()) << row.name;
  return Judge(**compiled, row.text, {.max_loss = max_loss, .close_truncated = true});
}

void ExpectRows(std::string_view title, const std::vector<Row>& rows) {
  size_t lossless = 0;
  for (const Row& row : rows) {
    const Verdict lossy = JudgeRow(row, json::MaxLoss::kLossy);
    EXPECT_EQ(lossy.valid ? lossy.json : "", row.json) << row.name << ": " << row.text;
    const Verdict strict = JudgeRow(row, json::MaxLoss::kLossless);
    EXPECT_EQ(strict.valid, row.lossless && !row.json.empty()) << row.name << ": " << row.text;
    if (strict.valid) {
      EXPECT_EQ(strict.json, row.json) << row.name << ": " << row.text;
      ++lossless;
    }
  }
  std::cout << fmt::format("{}: {} rows, {} of them lossless\n", title, rows.size(), lossless);
}

TEST(NotationsTest, WhatOtherTolerantParsersTake) {
  ExpectRows(
      "taken by others, too",
      {
          {"fence", kPerson, "Here:\n```json\n{\"name\": \"Ada\", \"age\": 36}\n```", kAda},
          {"fence without a tag", kPerson, "```\n{\"name\": \"Ada\", \"age\": 36}\n```\nDone.", kAda
          },
          {"fence of another language",
           kPerson,
           "```python\n{\"name\": \"Ada\", \"age\": 36}\n```",
           kAda},
          {"open fence", kPerson, "```json\n{\"name\": \"Ada\", \"age\": 36}", kAda},
          {"prose around", kPerson, "Sure: {\"name\": \"Ada\", \"age\": 36} Anything else?", kAda},
          {"several fences",
           kPeople,
           "```json\n{\"name\":\"Ada\",\"age\":36}\n```\nand\n```json\n{\"name\":\"Bo\",\"age\":4}"
           "\n```",
           R"([{"name":"Ada","age":36},{"name":"Bo","age":4}])"},
          {"braces in thoughts",
           kPerson,
           "I look at {the text} first. {\"name\": \"Ada\", \"age\": 36}",
           kAda},
          {"tag", kPerson, "<answer>{\"name\": \"Ada\", \"age\": 36}</answer>", kAda},
          {"brackets of prose", kPerson, "( {\"name\": \"Ada\", \"age\": 36} )", kAda},
          {"lines",
           kPeople,
           "{\"name\":\"Ada\",\"age\":36}\n{\"name\":\"Bo\",\"age\":4}",
           R"([{"name":"Ada","age":36},{"name":"Bo","age":4}])"},
          {"objects with commas",
           kPeople,
           "{\"name\":\"Ada\",\"age\":36}, {\"name\":\"Bo\",\"age\":4}",
           R"([{"name":"Ada","age":36},{"name":"Bo","age":4}])"},
          {"array for an object", kPerson, "[{\"name\": \"Ada\", \"age\": 36}]", kAda},
          {"object for an array",
           kPeople,
           "{\"name\": \"Ada\", \"age\": 36}",
           R"([{"name":"Ada","age":36}])"},
          {"trailing comma", kPerson, "{\"name\": \"Ada\", \"age\": 36,}", kAda},
          {"double comma", kPerson, "{\"name\": \"Ada\",, \"age\": 36}", kAda},
          {"names without quotes", kPerson, "{name: \"Ada\", age: 36}", kAda},
          {"single quotes", kPerson, "{'name': 'Ada', 'age': 36}", kAda},
          {"single quote inside", kText, "{'text': 'It's A'}", R"({"text":"It's A"})"},
          {"backticks", kPerson, "{`name`: `Ada`, `age`: 36}", kAda},
          {"three quotes", kText, "{\"text\": \"\"\"a\nb\"\"\"}", R"({"text":"a\nb"})"},
          {"three backticks",
           kText,
           "{\"text\": ```python\nx = 1\n```}",
           R"({"text":"x = 1"})",
           false},
          {"line breaks in texts", kText, "{\"text\": \"a\nb\"}", R"({"text":"a\nb"})"},
          {"quotes inside",
           kText,
           "{\"text\": \"say \"hi\" now\"}",
           R"({"text":"say \"hi\" now"})",
           false},
          {"line comment", kPerson, "{\"name\": \"Ada\", // who\n \"age\": 36}", kAda},
          {"block comment", kPerson, "{\"name\": \"Ada\", /* years */ \"age\": 36}", kAda},
          {"missing bracket",
           kPeople,
           "[{\"name\": \"Ada\", \"age\": 36]",
           R"([{"name":"Ada","age":36}])",
           false},
          {"cut in a text", kText, "{\"text\": \"Hello wor", R"({"text":"Hello wor"})", false},
          {"bracket too many", kPerson, "{\"name\": \"Ada\", \"age\": 36}}", kAda},
          {"bracket before", kPerson, "} {\"name\": \"Ada\", \"age\": 36}", kAda},
          {"ellipsis", kIntegers, "[1, 2, ...]", "[1,2]", false},
      }
  );
}

TEST(NotationsTest, WhatOtherTolerantParsersCoerce) {
  ExpectRows(
      "coerced by others, too",
      {
          {"unit", kPerson, "{\"name\": \"Ada\", \"age\": 36 years}", kAda, false},
          {"currency",
           R"({"type":"object","properties":{"p":{"type":"number"}},"required":["p"]})",
           "{\"p\": $3}",
           R"({"p":3})",
           false},
          {"plus", kNumber, "+3", "3"},
          {"bare fraction", kNumber, "[.5]", "0.5"},
          {"literals of Python", R"({"type":"array"})", "[True, False, None]", "[true,false,null]"},
          {"number in a text", kInteger, "\"3\"", "3"},
          {"fraction for an integer", kInteger, "3.5", "4", false},
          {"quotient", kNumber, "\"1/5\"", "0.2"},
          {"thousands", kNumber, "\"1,234.56\"", "1234.56"},
          {"number in a sentence", kInteger, "The answer is 5", "5", false},
          {"yes in a sentence", kBoolean, "The answer is true", "true", false},
          {"any case", kBoolean, "\"TRUE\"", "true"},
          {"number for a text", kText, "{\"text\": 5}", R"({"text":"5"})"},
          {"object for a text", kText, "{\"text\": {\"a\": 1}}", R"({"text":"{\"a\":1}"})", false},
          {"one for many", kStrings, "\"a\"", R"(["a"])"},
          {"null for an optional member",
           kPerson,
           "{\"name\": \"Ada\", \"age\": 36, \"tags\": null}",
           kAda},
          {"case of names", kPerson, "{\"NAME\": \"Ada\", \"Age\": 36}", kAda},
          {"value of the only member",
           R"({"type":"object","properties":{"price":{"type":"number"}},"required":["price"]})",
           "1.5",
           R"({"price":1.5})"},
          {"case of constants", kMood, "positive", R"("POSITIVE")"},
          {"punctuation of constants", kMood, "**Positive**.", R"("POSITIVE")"},
          {"constant in a sentence",
           kMood,
           "I would say it is POSITIVE overall",
           R"("POSITIVE")",
           false},
          {"accents of constants", kMood, "\"Pösitive\"", R"("POSITIVE")"},
      }
  );
}

TEST(NotationsTest, WhatOthersRefuse) {
  ExpectRows(
      "refused by others",
      {
          {"typographic quotes", kPerson, "{“name”: “Ada”, “age”: 36}", kAda},
          {"typographic quotes, compact", kPerson, "{“name”:“Ada”,“age”:36}", kAda},
          {"missing commas", kPerson, "{\"name\": \"Ada\" \"age\": 36}", kAda},
          {"missing commas between lines", kPerson, "{\"name\": \"Ada\"\n\"age\": 36}", kAda},
          {"missing colons", kPerson, "{\"name\" \"Ada\", \"age\" 36}", kAda},
          {"equals signs", kPerson, "{name = \"Ada\", age = 36}", kAda},
          {"arrows", kPerson, "{\"name\" => \"Ada\", \"age\" => 36}", kAda},
          {"hash comments", kPerson, "{\"name\": \"Ada\", # who\n \"age\": 36}", kAda},
          {"JSON in a text", kPerson, R"("{\"name\": \"Ada\", \"age\": 36}")", kAda},
          {"in the name of the type",
           kPerson,
           "{\"Person\": {\"name\": \"Ada\", \"age\": 36}}",
           kAda},
          {"in a result", kPerson, "{\"result\": {\"name\": \"Ada\", \"age\": 36}}", kAda},
          {"doubled braces", kPerson, "{{\"name\": \"Ada\", \"age\": 36}}", kAda},
          {"YAML", kPerson, "name: Ada\nage: 36", kAda},
          {"names in bold", kPerson, "- **name**: Ada\n- **age**: 36", kAda},
          {"TOON",
           kPeople,
           "[2]{name,age}:\n  Ada,36\n  Bo,4",
           R"([{"name":"Ada","age":36},{"name":"Bo","age":4}])"},
          {"hexadecimal", kIntegers, "[0xFF]", "[255]"},
          {"German number", kNumber, "\"1.234,56\"", "1234.56"},
          {"Swiss number", kNumber, "\"1'234.5\"", "1234.5"},
          {"bullets for an array", kStrings, "\"- a\\n- b\"", R"(["a","b"])"},
          {"numbers with commas", kIntegers, "\"1,2,3\"", "[1,2,3]"},
          {"yes", kBoolean, "\"yes\"", "true"},
          {"1 for true", kBoolean, "1", "true"},
          {"constant with a space", kMood, "\"dark blue\"", R"("DARK_BLUE")"},
          {"literals of JavaScript", R"({"type":"array"})", "[undefined, NaN]", "[null,null]", false
          },
      }
  );
}

TEST(NotationsTest, WhatOthersReadAsSomethingElse) {
  ExpectRows(
      "read wrong by others",
      {
          {"compact",
           kPerson,
           "{\"name\":\"A\",\"age\":3,\"tags\":[\"x\"],}",
           R"({"name":"A","age":3,"tags":["x"]})"},
          {"compact and nested",
           kTree,
           "{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[]},{\"v\":3}],}",
           R"({"v":1,"kids":[{"v":2,"kids":[]},{"v":3}]})"},
          {"compact map", kMap, "{\"a\":1,\"b\":2,}", R"({"a":1,"b":2})"},
          {"escapes beside a repair",
           kText,
           "{'text': \"caf\\u00e9 \\\"x\\\"\\t1\"}",
           "{\"text\":\"café \\\"x\\\"\\t1\"}"},
          {"integer of 64 bits and more", kInteger, "\"9223372036854775808\"", "9223372036854775808"
          },
          {"integer as a power", kInteger, "[1e30]", "1e30"},
          {"no commas at all", kIntegers, "[1 2 3]", "[1,2,3]"},
          {"later object wins",
           kPerson,
           "{\"name\": \"Bo\", \"age\": 4} No: {\"name\": \"Ada\", \"age\": 36}",
           kAda,
           false},
          {"object in a thought",
           kPerson,
           "<think>{\"name\": \"Bo\", \"age\": 4}</think>{\"name\": \"Ada\", \"age\": 36}",
           kAda},
          {"thought that never began",
           kPerson,
           "Maybe Bo.</think>{\"name\": \"Ada\", \"age\": 36}",
           kAda},
          {"text that says false", kBoolean, "\"false\"", "false"},
          {"negated constant", kMood, "This is not POSITIVE", ""},
          {"negated truth", kBoolean, "\"not true\"", ""},
          {"two numbers", kInteger, "\"5 or 6\"", ""},
          {"12k", kNumber, "\"12k\"", "12000"},
          {"1.5 million", kNumber, "\"1.5 million\"", "1500000"},
          {"95% of at most 1", R"({"type":"number","maximum":1})", "\"95%\"", "0.95"},
          {"95% of anything", kNumber, "\"95%\"", "95", false},
      }
  );
}

// See docs/repairs.md.
TEST(NotationsTest, WhatIsLeftUndoneOnPurpose) {
  ExpectRows(
      "left undone",
      {
          {"member that nobody wrote", kPerson, "{\"name\": \"Ada\"}", ""},
          {"item that does not fit", kIntegers, "[1, \"many\", 3]", ""},
          {"a thousand or one and a bit", kNumber, "\"1,234\"", ""},
          {"at least", kInteger, "\"at least 5\"", ""},
          {"four of five, or a fraction", kInteger, "\"4/5\"", ""},
          {"March or May", R"({"type":"string","format":"date"})", "\"3/5/2024\"", ""},
          {"one text or two", kStrings, "\"a, b\"", ""},
      }
  );
}

}  // namespace
}  // namespace extractd::schema
