#include "tests/conformance/damage/object_generator.h"

#include <array>
#include <string>
#include <string_view>

namespace extractd::json {
namespace {

constexpr std::array<std::string_view, 30> kPieces = {
    "a",   "word",  " two words", "it's",  "\"quoted\"", "{about}",
    "[1]", "// no", "/* x",       "# one", "```",        "<think>",
    "ü",   "😀",    "“typo”",     "\\d+",  "C:\\x",      "\n",
    "\t",  ",",     ":",          "}",     "null",       "42",
    "-",   "\\\"",  "`tick`",     "True",  "http://a",   "\xE2\x80\x99s",
};
constexpr std::array<std::string_view, 8> kKeys = {
    "name", "a", "b1", "two words", "ü", "it's", "", "x-y"
};
constexpr std::array<std::string_view, 10> kNumbers = {
    "0", "7", "-12", "0.5", "-0.25", "12.0", "1e6", "2.5E-3", "31415", "9007199254740993"
};

class Generator {
 public:
  explicit Generator(Random& random) : random_(random) {}

  void PutObject(Builder& out) {
    out.BeginObject();
    for (size_t left = 1 + random_.Below(4); left > 0; --left) {
      const std::string_view key = random_.PickFrom(kKeys);
      if (out.FindMember(key) != nullptr) continue;
      out.Key(key);
      PutValue(out);
    }
    out.EndObject();
  }

 private:
  void PutArray(Builder& out) {
    out.BeginArray();
    for (size_t left = random_.Below(4); left > 0; --left) PutValue(out);
    out.EndArray();
  }

  void PutValue(Builder& out) {
    const size_t kinds = out.depth() > 4 ? 5 : 8;
    switch (random_.Below(kinds)) {
      case 0:
        return out.Null();
      case 1:
        return out.Boolean(random_.OneIn(2));
      case 2:
        return out.Number(random_.PickFrom(kNumbers));
      case 3:
      case 4:
        return PutString(out);
      case 5:
        return PutArray(out);
      default:
        return PutObject(out);
    }
  }

  void PutString(Builder& out) {
    std::string text;
    for (size_t left = random_.Below(4); left > 0; --left) text += random_.PickFrom(kPieces);
    out.String(text);
  }

  Random& random_;
};

}  // namespace

Document GenerateObject(Random& random) {
  Builder builder;
  Generator(random).PutObject(builder);
  return builder.Finish();
}

}  // namespace extractd::json
