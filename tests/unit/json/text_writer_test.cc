#include "server/json/text_writer.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace extractd::json {
namespace {

TEST(TextWriterTest, CommasStandBetweenMembersAndElements) {
  TextWriter out;
  out.BeginObject().Member("a", 1).Member("b", "x").Key("c").BeginArray();
  out.Number(1.5).Boolean(true).BeginObject().EndObject().String("").EndArray();
  out.RawMember("d", "null").EndObject();
  EXPECT_EQ(std::move(out).Take(), R"({"a":1,"b":"x","c":[1.5,true,{},""],"d":null})");
}

TEST(TextWriterTest, StringsThatLookUnfinishedAreComplete) {
  TextWriter out;
  out.BeginArray().String("{").String("[:").EndArray();
  EXPECT_EQ(std::move(out).Take(), R"(["{","[:"])");
}

TEST(TextWriterTest, KeysAndStringsAreEscaped) {
  TextWriter out;
  out.BeginObject().Member("\"k\n", std::string("v\\\t")).EndObject();
  EXPECT_EQ(std::move(out).Take(), "{\"\\\"k\\n\":\"v\\\\\\t\"}");
}

}  // namespace
}  // namespace extractd::json
