#include "server/schema/meta_schemas.h"

#include <string>

#include <gtest/gtest.h>

#include "server/json/write.h"
#include "server/schema/program/dialect.h"
#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

TEST(MetaSchemasTest, EachIsFoundUnderItsUri) {
  for (const MetaSchemaText& meta_schema : MetaSchemas2020()) {
    const auto document = FindMetaSchema(meta_schema.uri);
    ASSERT_NE(document, nullptr) << meta_schema.uri;
    EXPECT_EQ(document->root().Find("$id")->string(), meta_schema.uri);
  }
  EXPECT_EQ(MetaSchemas2020().size(), 9U);
  EXPECT_NE(FindMetaSchema(kDraft7Uri), nullptr);
  EXPECT_EQ(FindMetaSchema("http://json-schema.org/draft-04/schema"), nullptr);
}

TEST(MetaSchemasTest, EachObeysTheMetaSchemaOfItsDraft) {
  const auto draft2020 = CompileOrDie(R"({"$ref":"https://json-schema.org/draft/2020-12/schema"})");
  for (const MetaSchemaText& meta_schema : MetaSchemas2020()) {
    EXPECT_EQ(IssuesOf(*draft2020, std::string(meta_schema.text)), "") << meta_schema.uri;
  }
  const auto draft7 = CompileOrDie(R"({"$ref":"http://json-schema.org/draft-07/schema#"})");
  EXPECT_EQ(IssuesOf(*draft7, std::string(MetaSchemaDraft7().text)), "");
}

TEST(MetaSchemasTest, TheyCanBeCompiledAsSchemas) {
  for (const MetaSchemaText& meta_schema : MetaSchemas2020()) {
    EXPECT_EQ(CompileError(std::string(meta_schema.text)), "") << meta_schema.uri;
  }
  const auto draft7 = CompileOrDie(std::string(MetaSchemaDraft7().text));
  EXPECT_EQ(IssuesOf(*draft7, R"({"type":"object","items":[{}]})"), "");
  EXPECT_NE(IssuesOf(*draft7, R"({"type":"objekt"})"), "");
}

}  // namespace
}  // namespace extractd::schema
