#include "server/json/incremental/path_reporter.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

// Everything that was told, in short.
class Ear {
 public:
  void operator()(const PathEvent& event) {
    constexpr std::string_view kSigns = "+~=!";
    told_ += std::string(told_.empty() ? "" : " ") + kSigns[static_cast<size_t>(event.kind)] +
             std::string(event.path);
    if (event.kind == PathEvent::Kind::kGrew) told_ += ":" + std::string(event.text);
    if (event.value != nullptr) told_ += ":" + ToText(*event.value);
  }
  std::string Take() { return std::exchange(told_, {}); }

 private:
  std::string told_;
};

class PathReporterTest : public ::testing::Test {
 protected:
  std::string Report(std::optional<std::string_view> open_string = std::nullopt) {
    reporter_.Report(builder_, open_string, std::ref(ear_));
    return ear_.Take();
  }
  // {"a": [1, and the beginning of a string, told as far as that.
  void TellABeginning() {
    builder_.BeginObject();
    builder_.Key("a");
    builder_.BeginArray();
    builder_.Number("1");
    Report("x");
  }
  std::string Settle(std::string_view json) {
    final_ = std::get<Document>(Parse(std::string(json)));
    reporter_.Settle(final_.root(), std::ref(ear_));
    return ear_.Take();
  }

  Builder builder_;
  PathReporter reporter_;
  Ear ear_;
  Document final_;
};

TEST_F(PathReporterTest, TellsOnlyWhatIsNew) {
  EXPECT_EQ(Report(), "");
  builder_.BeginObject();
  builder_.Key("a");
  EXPECT_EQ(Report(), "+");
  EXPECT_EQ(Report(""), "+/a");
  EXPECT_EQ(Report("xy"), "~/a:xy");
  EXPECT_EQ(Report("xy"), "");
  builder_.String("xyz");
  builder_.Key("b");
  builder_.BeginArray();
  EXPECT_EQ(Report(), "~/a:z =/a:\"xyz\" +/b");
  builder_.Null();
  builder_.EndArray();
  builder_.EndObject();
  EXPECT_EQ(Report(), "=/b/0:null =/b:[null] =:{\"a\":\"xyz\",\"b\":[null]}");
}

TEST_F(PathReporterTest, TheRestOfAKnownValueGoesOn) {
  TellABeginning();
  EXPECT_EQ(
      Settle(R"({"a":[1,"xy",2],"b":3})"),
      R"(~/a/1:y =/a/1:"xy" =/a/2:2 =/a:[1,"xy",2] =/b:3 =:{"a":[1,"xy",2],"b":3})"
  );
}

TEST_F(PathReporterTest, AnotherValueRestarts) {
  for (const std::string_view other :
       {R"({"a":[2,"x"]})",
        R"({"a":[1,"y"]})",
        R"({"a":[1,2]})",
        R"({"b":[1,"x"]})",
        "[]",
        R"({"a":[1]})",
        R"({"a":{"0":1,"1":"x"}})",
        "1"}) {
    reporter_ = {};
    builder_.Clear();
    TellABeginning();
    EXPECT_EQ(Settle(other), "! =:" + std::string(other));
  }
}

TEST_F(PathReporterTest, AStringUnderAnotherNameIsAnother) {
  builder_.BeginObject();
  builder_.Key("a");
  Report("x");
  EXPECT_EQ(Settle(R"({"b":"xy"})"), R"(! =:{"b":"xy"})");
}

TEST_F(PathReporterTest, AValueThatEndsOpenIsLeftAsItIs) {
  TellABeginning();
  const Document open = std::get<Document>(Parse(R"({"a":[1,"x"]})"));
  reporter_.Abandon(&open.root(), std::ref(ear_));
  EXPECT_EQ(ear_.Take(), "");
  reporter_.Abandon(nullptr, std::ref(ear_));
  EXPECT_EQ(ear_.Take(), "!");
}

}  // namespace
}  // namespace extractd::json
