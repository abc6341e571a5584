#include "server/net/header_list.h"

#include <gtest/gtest.h>

namespace extractd::net {
namespace {

using Lines = std::vector<std::string>;

Lines LinesOf(HeaderList& list) {
  Lines lines;
  for (const curl_slist* node = list.get(); node != nullptr; node = node->next) {
    lines.emplace_back(node->data);
  }
  return lines;
}

TEST(HeaderListTest, WritesHeadersAndTakesBackWhatLibcurlWouldAdd) {
  HeaderList list;
  ASSERT_TRUE(list.Assign(std::vector<HttpHeader>{{"x-a", "1"}, {"x-empty", ""}}));
  EXPECT_EQ(LinesOf(list), (Lines{"x-a: 1", "x-empty;", "expect:", "content-type:"}));
}

TEST(HeaderListTest, AContentTypeOfTheRequestStays) {
  HeaderList list;
  ASSERT_TRUE(list.Assign(std::vector<HttpHeader>{{"Content-Type", "application/json"}}));
  EXPECT_EQ(LinesOf(list), (Lines{"Content-Type: application/json", "expect:"}));
}

TEST(HeaderListTest, AssignReplacesWhatWasThere) {
  HeaderList list;
  ASSERT_TRUE(list.Assign(std::vector<HttpHeader>(50, {"x-a", std::string(100, 'x')})));
  ASSERT_TRUE(list.Assign({}));
  EXPECT_EQ(LinesOf(list), (Lines{"expect:", "content-type:"}));
}

TEST(HeaderListTest, RefusesWhatCouldSmuggleInAHeader) {
  HeaderList list;
  const std::string nul("a\0b", 3);
  for (const HttpHeader& bad : std::vector<HttpHeader>{
           {"x-a", "1\r\nx-b: 2"},
           {"x-a", "1\n2"},
           {"x-a", nul},
           {"x-a", "\x7f"},
           {"", "1"},
           {"x a", "1"},
           {"x:a", "1"},
           {"x\n", "1"},
           {"\xc3\xa4", "1"}
       }) {
    EXPECT_FALSE(list.Assign(std::vector<HttpHeader>{{"ok", "1"}, bad})) << bad.name;
    EXPECT_EQ(list.get(), nullptr);
  }
}

TEST(HeaderListTest, TakesTabsAndBytesAboveAsciiInValues) {
  HeaderList list;
  EXPECT_TRUE(list.Assign(std::vector<HttpHeader>{{"x-a", "\t\xc3\xa4"}}));
}

}  // namespace
}  // namespace extractd::net
