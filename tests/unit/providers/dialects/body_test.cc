#include "server/providers/dialects/body.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace extractd::providers {
namespace {

const std::string kBody =
    R"({"model":"m","messages":[{"role":"user","content":"the \"stop\" sign"}],)"
    R"("options":{"seed":7},"top_p":0.5})";

struct Given {
  std::string row = {};
  std::string model = {};
  std::string extra = {};
};

absl::StatusOr<std::string> Complete(const Given& given, const std::string& written = kBody) {
  ProviderRow row;
  row.body = given.row;
  ModelFamily model;
  model.body = given.model;
  ChatRequest request;
  request.extra_body = given.extra;
  return CompleteBody(row, model, request, written);
}

TEST(BodyTest, WhatNobodyAddsToStaysAsItWasWritten) {
  EXPECT_EQ(*Complete({}), kBody);
}

TEST(BodyTest, FactsOfRowAndModelStandInFrontAndTheCallersMembersBehind) {
  const Given given = {
      .row = R"({"a": 1})", .model = R"({"b":{"c":[1, 2]}})", .extra = R"({"d":null})"
  };
  EXPECT_EQ(
      *Complete(given),
      R"({"a":1,"b":{"c":[1,2]},)" + kBody.substr(1, kBody.size() - 2) + R"(,"d":null})"
  );
}

TEST(BodyTest, TheCallersMembersWinAndObjectsAreJoined) {
  EXPECT_EQ(
      *Complete({.row = R"({"a":1})", .extra = R"({"a":2,"x":3})"}, R"({"o":{"p":1},"q":1})"),
      R"({"a":2,"o":{"p":1},"q":1,"x":3})"
  );
  EXPECT_EQ(
      *Complete({.row = R"({"o":{"p":0,"r":2}})"}, R"({"o":{"p":1},"q":1})"),
      R"({"o":{"p":1,"r":2},"q":1})"
  );
}

TEST(BodyTest, WhetherItIsSplicedOrMergedMakesNoDifference) {
  const std::vector<std::string> objects = {
      R"({})",
      R"({"new":1})",
      R"({ "new" : [ 1 , { "x" : "y" } ] , "other" : "z" })",
      R"({"options":{"stop":1}})",
      R"({"stop":["a"]})",          // stands in a text of the body
      R"({"role":"x"})",            // a name further inside
      R"({"user":1})",              // a value of the body
      R"({"m\u006fdel":"other"})",  // a name of the body with an escape
      R"({"a":"\u00fc"})",
      R"({"new":1,"new":2})",
      R"({"top_p":1,"new":2})",
      R"({"grün":1})",
      R"({"":1})",
      R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"n":1,"o":1,"p":1,"q":1,"r":1})",
  };
  for (const std::string& object : objects) {
    EXPECT_EQ(*Complete({.extra = object}), *MergeBodies(kBody, object)) << object;
    EXPECT_EQ(*Complete({.row = object}), *MergeBodies(object, kBody)) << object;
    EXPECT_EQ(*Complete({.extra = object}, "{}"), *MergeBodies("{}", object)) << object;
  }
}

TEST(BodyTest, WhatIsNoObjectIsRefused) {
  for (const std::string other : {"[1]", "{", "nothing", R"({"a":1} x)"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Complete({.extra = other}).status())) << other;
  }
}

}  // namespace
}  // namespace extractd::providers
