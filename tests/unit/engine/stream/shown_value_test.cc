#include "server/engine/stream/shown_value.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

using json::Type;

TEST(ShownValueTest, WhatIsOpenIsClosedInItsText) {
  ShownValue shown;
  EXPECT_EQ(shown.Text(), "");
  shown.Begin(Type::kObject);
  shown.Name("a\"b");
  shown.Begin(Type::kArray);
  shown.Add("1");
  shown.BeginText("x");
  EXPECT_EQ(shown.Text(), R"({"a\"b":[1,"x"]})");
  shown.AppendText("\n");
  shown.EndText();
  shown.Begin(Type::kObject);
  shown.End();
  EXPECT_EQ(shown.Text(), R"({"a\"b":[1,"x\n",{}]})");
  shown.End();
  shown.Name("c");
  shown.Add("null");
  shown.End();
  EXPECT_EQ(shown.Text(), R"({"a\"b":[1,"x\n",{}],"c":null})");
  shown.Clear();
  EXPECT_TRUE(shown.empty());
}

TEST(ShownValueTest, OnlyTheLargestCompletePathsAreKept) {
  ShownValue shown;
  shown.NoteComplete("/a/0");
  shown.NoteComplete("/a/1/x");
  shown.NoteComplete("/a/1");
  EXPECT_EQ(shown.complete_paths(), (std::vector<std::string>{"/a/0", "/a/1"}));
  shown.NoteComplete("/a");
  shown.NoteComplete("/ab");
  EXPECT_EQ(shown.complete_paths(), (std::vector<std::string>{"/a", "/ab"}));
  shown.NoteComplete("");
  EXPECT_EQ(shown.complete_paths(), (std::vector<std::string>{""}));
}

}  // namespace
}  // namespace extractd
