#include "server/net/http.h"

#include <set>

#include <gtest/gtest.h>

namespace extractd::net {
namespace {

TEST(HttpTest, AHeaderIsFoundByItsNameTheFirstCounts) {
  const HttpReply reply = {.headers = {{"a", "1"}, {"b", "2"}, {"a", "3"}}};
  EXPECT_EQ(reply.Header("a"), "1");
  EXPECT_EQ(reply.Header("b"), "2");
  EXPECT_EQ(reply.Header("c"), "");
}

TEST(HttpTest, EachFailureHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(TransportFailure::kExhausted); ++i) {
    names.insert(TransportFailureName(static_cast<TransportFailure>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(TransportFailure::kExhausted) + 1);
  EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace extractd::net
