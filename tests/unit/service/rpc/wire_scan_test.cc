#include "server/service/rpc/wire_scan.h"

#include <string>

#include <gtest/gtest.h>

#include "extractd/v1/extraction.pb.h"

namespace extractd {
namespace {

bool IsAllKnown(const v1::ExtractRequest& request) {
  return HoldsOnlyKnown(request.SerializeAsString(), *v1::ExtractRequest::descriptor());
}

v1::ExtractRequest UsualRequest() {
  v1::ExtractRequest request;
  request.set_model("openai/gpt-4.1");
  request.set_mode(v1::MODE_TOOLS);
  request.mutable_schema()->set_json_schema("{}");
  request.add_messages()->add_parts()->set_text("Hello");
  request.mutable_retry()->set_max_reasks(2);
  request.mutable_generation()->set_temperature(0.5);
  return request;
}

TEST(WireScanTest, AUsualRequestHoldsNothingUnknown) {
  EXPECT_TRUE(IsAllKnown(v1::ExtractRequest()));
  EXPECT_TRUE(IsAllKnown(UsualRequest()));
}

TEST(WireScanTest, AnUnknownFieldIsSeenAtAnyDepth) {
  v1::ExtractRequest request = UsualRequest();
  request.GetReflection()->MutableUnknownFields(&request)->AddVarint(4000, 1);
  EXPECT_FALSE(IsAllKnown(request));

  request = UsualRequest();
  v1::Part& part = *request.mutable_messages(0)->mutable_parts(0);
  part.GetReflection()->MutableUnknownFields(&part)->AddLengthDelimited(99, "x");
  EXPECT_FALSE(IsAllKnown(request));
}

TEST(WireScanTest, AKnownNumberOfAnotherWireTypeIsSeen) {
  v1::ExtractRequest request;
  const int model = v1::ExtractRequest::kModelFieldNumber;
  request.GetReflection()->MutableUnknownFields(&request)->AddVarint(model, 1);
  EXPECT_FALSE(IsAllKnown(request));
}

TEST(WireScanTest, AnUnknownEnumNumberIsSeen) {
  v1::ExtractRequest request = UsualRequest();
  request.set_mode(static_cast<v1::Mode>(77));
  EXPECT_FALSE(IsAllKnown(request));
  request.set_mode(static_cast<v1::Mode>(-1));
  EXPECT_FALSE(IsAllKnown(request));
}

TEST(WireScanTest, PackedEnumNumbersAreLeftToTheThoroughLook) {
  v1::ExtractRequest request = UsualRequest();
  request.mutable_retry()->add_retry_on(v1::RETRY_CONDITION_CONNECT);
  EXPECT_FALSE(IsAllKnown(request));
}

}  // namespace
}  // namespace extractd
