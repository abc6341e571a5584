#include "server/schema/schema_library.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd::schema {
namespace {

constexpr size_t kPlenty = size_t{1} << 20U;

// Ids are made by those who register; here a letter stands for a text.
std::string IdOf(std::string_view text) {
  return fmt::format("sha256:{}", text);
}

SchemaLibrary::Added Add(
    SchemaLibrary& library, std::string_view text, std::string_view name = ""
) {
  return library.Add(IdOf(text), text, name);
}

// The text that a reference stands for.
std::string TextOf(SchemaLibrary& library, std::string_view reference) {
  const auto found = library.Find(reference);
  return found.ok() ? (*found)->text : "none";
}

TEST(SchemaLibraryTest, ASchemaWithoutANameIsFoundByItsId) {
  SchemaLibrary library(kPlenty);
  const auto added = Add(library, "A");
  EXPECT_TRUE(added.created);
  EXPECT_EQ(added.schema->id, IdOf("A"));
  EXPECT_EQ(added.schema->name, "");
  EXPECT_EQ(added.schema->version, 0);
  EXPECT_EQ(TextOf(library, IdOf("A")), "A");
}

TEST(SchemaLibraryTest, TheSameTextAgainIsTheSameSchema) {
  SchemaLibrary library(kPlenty);
  const auto first = Add(library, "A");
  const auto second = Add(library, "A");
  EXPECT_FALSE(second.created);
  EXPECT_EQ(second.schema, first.schema);
}

TEST(SchemaLibraryTest, TheSourceOfATextIsKeptAndAnotherSourceIsAnotherVersion) {
  SchemaLibrary library(kPlenty);
  EXPECT_EQ(library.Add("sha256:1", "A", "person", "source 1").schema->source, "source 1");
  EXPECT_EQ(library.Add("sha256:2", "A", "person", "source 2").schema->version, 2);
  EXPECT_FALSE(library.Add("sha256:2", "A", "person", "source 2").created);
  EXPECT_EQ((*library.Find("person@1"))->source, "source 1");
  EXPECT_EQ((*library.Find("sha256:2"))->source, "source 2");
  EXPECT_EQ(Add(library, "A").schema->source, "") << "a text of its own";
}

TEST(SchemaLibraryTest, SourcesAreCounted) {
  SchemaLibrary library(kPlenty);
  library.Add("sha256:1", "A", "", std::string(1000, 's'));
  EXPECT_GE(library.stats().bytes, 1000);
}

TEST(SchemaLibraryTest, ANameCountsItsVersions) {
  SchemaLibrary library(kPlenty);
  EXPECT_EQ(Add(library, "A", "person").schema->version, 1);
  EXPECT_EQ(Add(library, "B", "person").schema->version, 2);
  EXPECT_EQ(Add(library, "C", "invoice").schema->version, 1);
  EXPECT_EQ(TextOf(library, "person"), "B");
  EXPECT_EQ(TextOf(library, "person@1"), "A");
  EXPECT_EQ(TextOf(library, "person@2"), "B");
  EXPECT_EQ(TextOf(library, "invoice"), "C");
  EXPECT_EQ(TextOf(library, IdOf("A")), "A");
}

TEST(SchemaLibraryTest, TheNewestTextAgainIsNoNewVersion) {
  SchemaLibrary library(kPlenty);
  Add(library, "A", "person");
  const auto again = Add(library, "A", "person");
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.schema->version, 1);
  EXPECT_EQ(TextOf(library, "person@2"), "none");
}

TEST(SchemaLibraryTest, AnOlderTextAgainIsANewVersion) {
  SchemaLibrary library(kPlenty);
  for (const auto* text : {"A", "B", "A"}) Add(library, text, "person");
  EXPECT_EQ(TextOf(library, "person@3"), "A");
  EXPECT_EQ(TextOf(library, "person"), "A");
  EXPECT_EQ(TextOf(library, "person@2"), "B");
}

TEST(SchemaLibraryTest, OneTextMayHaveSeveralNames) {
  SchemaLibrary library(kPlenty);
  Add(library, "A", "person");
  const auto other = Add(library, "A", "human");
  EXPECT_TRUE(other.created);
  EXPECT_EQ(other.schema->name, "human");
  EXPECT_EQ(TextOf(library, "person"), "A");
  EXPECT_EQ(TextOf(library, "human@1"), "A");
}

TEST(SchemaLibraryTest, WhatIsNotThereIsNamed) {
  SchemaLibrary library(kPlenty);
  for (const std::string reference : {"person", "person@1", "sha256:A", ""}) {
    const auto found = library.Find(reference);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(DetailsOf(found.status()).value_or(ErrorDetails{}).reason, Reason::kSchemaNotFound);
    EXPECT_NE(found.status().message().find("'" + reference + "'"), std::string::npos);
  }
  const auto found = library.Find(std::string(10'000, 'x'));
  EXPECT_LT(found.status().message().size(), 300U);
}

TEST(SchemaLibraryTest, BytesAreBoundedAndTheLeastRecentlyUsedGoesFirst) {
  SchemaLibrary library(10'000);
  const std::string text(2000, 'x');
  for (const auto* id : {"1", "2", "3", "1", "4"}) {
    library.Add(id, text, "");
    EXPECT_TRUE(library.Find("1").ok());
    EXPECT_LE(library.stats().bytes, 10'000);
  }
  library.Add("5", text, "");
  EXPECT_TRUE(library.Find("1").ok());
  EXPECT_FALSE(library.Find("2").ok());
  EXPECT_EQ(library.stats().entries, 4);
  EXPECT_EQ(library.stats().evictions, 1);
}

TEST(SchemaLibraryTest, AVersionThatWasPushedOutIsNotGivenAgain) {
  SchemaLibrary library(3000);
  library.Add("1", std::string(1000, 'a'), "person");
  for (const auto* id : {"2", "3", "4"}) library.Add(id, std::string(1000, 'b'), "");
  EXPECT_FALSE(library.Find("person").ok());
  EXPECT_EQ(library.Add("5", "B", "person").schema->version, 2);
  EXPECT_FALSE(library.Find("person@1").ok());
}

TEST(SchemaLibraryTest, AVersionIsNotGivenAgainEvenIfItsNameWasForgotten) {
  SchemaLibrary library(20'000);
  for (const auto* text : {"A", "B", "C"}) Add(library, text, "person");
  // More names than are remembered.
  for (int i = 0; i < 101'000; ++i) library.Add("x", "x", fmt::format("name-{}", i));
  EXPECT_GE(Add(library, "D", "person").schema->version, 4);
}

TEST(SchemaLibraryTest, NamesAreShortAndPlain) {
  for (const std::string_view name : {"a", "person-2_x", "0"}) {
    EXPECT_TRUE(IsSchemaLibraryName(name)) << name;
  }
  for (const std::string_view name : {"", "Person", "a b", "a@1", "a/b", "grün"}) {
    EXPECT_FALSE(IsSchemaLibraryName(name)) << name;
  }
  EXPECT_TRUE(IsSchemaLibraryName(std::string(64, 'z')));
  EXPECT_FALSE(IsSchemaLibraryName(std::string(65, 'z')));
}

// "a@1 b@2 …|next".
std::string Listed(const SchemaLibrary::Page& page) {
  std::string text;
  for (const auto& schema : page.schemas) {
    text += fmt::format("{}{}@{}", text.empty() ? "" : " ", schema->name, schema->version);
  }
  return text + "|" + page.next;
}

TEST(SchemaLibraryTest, PagesGoOnWhereTheLastOneEnded) {
  SchemaLibrary library(kPlenty);
  library.Add("sha256:1", "{}", "b");
  library.Add("sha256:2", "true", "b");
  library.Add("sha256:1", "{}", "a");
  library.Add("sha256:3", "false", "");
  EXPECT_EQ(Listed(library.List("", "", 10)), "a@1 b@2 b@1|") << "only what has a name";
  EXPECT_EQ(Listed(library.List("", "", 2)), "a@1 b@2|b@2");
  EXPECT_EQ(Listed(library.List("", "b@2", 2)), "b@1|");
  EXPECT_EQ(Listed(library.List("b", "", 1)), "b@2|b@2");
  EXPECT_EQ(Listed(library.List("c", "", 1)), "|");
  EXPECT_EQ(Listed(library.List("", "no such token", 2)), "|");
}

TEST(SchemaLibraryTest, ListingKeepsNothingFromBeingPushedOut) {
  SchemaLibrary library(600);
  library.Add("sha256:1", std::string(50, ' '), "old");
  for (int i = 0; i < 10; ++i) {
    library.List("", "", 10);
    library.Add(fmt::format("sha256:x{}", i), std::string(50, ' '), "new");
  }
  EXPECT_EQ(library.Newest("old"), nullptr);
  EXPECT_NE(library.Newest("new"), nullptr);
}

}  // namespace
}  // namespace extractd::schema
