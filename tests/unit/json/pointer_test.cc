#include "server/json/pointer.h"

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

TEST(PointerTest, ResolvesTheExamplesOfTheRfc) {
  const ParseResult parsed = ParseView(
      R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8})"
  );
  const Value& root = std::get<Document>(parsed).root();
  const auto at = [&root](std::string_view pointer) {
    const Value* value = Resolve(root, pointer);
    return value == nullptr ? std::string("nothing") : ToText(*value);
  };
  EXPECT_EQ(Resolve(root, ""), &root);
  EXPECT_EQ(at("/foo"), R"(["bar","baz"])");
  EXPECT_EQ(at("/foo/0"), "\"bar\"");
  EXPECT_EQ(at("/"), "0");
  EXPECT_EQ(at("/a~1b"), "1");
  EXPECT_EQ(at("/k\"l"), "6");
  EXPECT_EQ(at("/m~0n"), "8");
  for (const auto* missing : {"/foo/2", "/foo/01", "/foo/-", "/nope", "foo", "/foo/0/x", "/m~2n"}) {
    EXPECT_EQ(at(missing), "nothing") << missing;
  }
}

TEST(PointerTest, TokensSurviveEscaping) {
  std::string pointer;
  AppendToken("a/b~c", pointer);
  AppendToken(size_t{12}, pointer);
  EXPECT_EQ(pointer, "/a~1b~0c/12");
  EXPECT_EQ(SplitPointer(pointer), (std::vector<std::string>{"a/b~c", "12"}));
}

}  // namespace
}  // namespace extractd::json
