#include "server/schema/compile/meta_check.h"

#include <string>

#include <gtest/gtest.h>

#include "server/schema/compile/compile.h"
#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

TEST(MetaCheckTest, AnnotationsHaveKindsToo) {
  EXPECT_EQ(
      CompileError(R"({"properties":{"a":{"title":["A"]}}})"),
      "invalid schema at /properties/a (line 1, column 21): \"title\" does not obey the "
      "meta-schema: expected string, got an array"
  );
}

TEST(MetaCheckTest, Draft7HasItsOwn) {
  const std::string draft = R"("$schema":"http://json-schema.org/draft-07/schema#",)";
  EXPECT_EQ(CompileError("{" + draft + R"("items":[true,{"type":"string"}],"$comment":"x"})"), "");
  EXPECT_NE(
      CompileError("{" + draft + R"("definitions":{"a":{"readOnly":"yes"}}})")
          .find("/definitions/a"),
      std::string::npos
  );
}

TEST(MetaCheckTest, AMetaSchemaOfTheCallerCounts) {
  const auto source = [](std::string_view uri) -> std::shared_ptr<const json::Document> {
    if (uri != "http://x/meta") return nullptr;
    return std::make_shared<const json::Document>(ParseOrDie(
        R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"http://x/meta",
            "$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true,
                           "https://json-schema.org/draft/2020-12/vocab/applicator":true,
                           "http://x/unknown":false},
            "required":["title"]})"
    ));
  };
  const auto compile = [&](std::string text) {
    return CompileFrom({.text = std::move(text), .source = source});
  };
  EXPECT_FALSE(compile(R"({"$schema":"http://x/meta"})").ok());
  const auto schema = compile(R"({"$schema":"http://x/meta","title":"t","type":"integer",
                                  "properties":{"a":false}})");
  ASSERT_TRUE(schema.ok()) << schema.status();
  // `type` is of a vocabulary that the meta-schema does not name.
  EXPECT_EQ(IssuesOf(**schema, R"("text")"), "");
  EXPECT_NE(IssuesOf(**schema, R"({"a":1})"), "");
}

TEST(MetaCheckTest, AVocabularyThatIsRequiredAndUnknownIsRefused) {
  const auto source = [](std::string_view) {
    return std::make_shared<const json::Document>(
        ParseOrDie(R"({"$vocabulary":{"http://x/unknown":true}})")
    );
  };
  const auto schema = CompileFrom({.text = R"({"$schema":"http://x/meta"})", .source = source});
  EXPECT_NE(
      std::string(schema.status().message()).find("unknown vocabulary \"http://x/unknown\""),
      std::string::npos
  );
}

}  // namespace
}  // namespace extractd::schema
