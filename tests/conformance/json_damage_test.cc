// A property of the tolerant parser: nothing disappears. Objects are generated, their text is
// damaged in up to three of the ways that the parser repairs, and every leaf of the object must be
// in the result or in what a repair shows as dropped. Where all repairs are lossless, the result
// must equal the object.
//
// EXTRACTD_SEED and EXTRACTD_CASES set the first seed and the number of cases.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/base/utf8.h"
#include "server/json/lexical.h"
#include "server/json/parse.h"
#include "server/json/tolerant.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

constexpr std::uint64_t kDefaultCases = 5'000;
constexpr std::uint64_t kDefaultSeed = 20'261'121;

std::uint64_t NumberFromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  size_t Below(size_t end) { return engine_() % end; }
  bool OneIn(size_t n) { return Below(n) == 0; }
  template <class Array>
  auto PickFrom(const Array& choices) {
    return choices[Below(std::size(choices))];
  }

 private:
  std::mt19937_64 engine_;
};

// Pieces of strings that look like JSON, like its damage or like a model's marks.
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

  Document Object() {
    Builder builder;
    PutObject(builder);
    return builder.Finish();
  }

 private:
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

enum class Damage : std::uint8_t {
  kTrailingComma,
  kExtraComma,
  kMissingComma,
  kComment,
  kWhiteSpace,
  kSingleQuote,
  kBacktick,
  kTypographicQuote,
  kUnquotedKey,
  kLiteral,
  kControlCharacter,
  kEscape,
  kInvalidUtf8,
  kNumberForm,
  kDuplicateKey,
  kFence,
  kProse,
  kThink,
  kOtherCandidate,
  kCount,
};

// Writes a value as JSON, but for the damage.
class DamagedWriter {
 public:
  DamagedWriter(Random& random, std::vector<Damage> damages)
      : random_(random), damages_(std::move(damages)) {}

  std::string Write(const Value& value) {
    indented_ = random_.OneIn(2);
    Put(value);
    if (Strikes(Damage::kFence)) out_ = "```json\n" + out_ + (random_.OneIn(4) ? "\n" : "\n```\n");
    if (Strikes(Damage::kProse))
      out_ = "Here's {what} I've \"found\":\n" + out_ + "\nIs that [all]?";
    if (Strikes(Damage::kOtherCandidate)) {
      out_ = "{\"" + NewLeaf() + "\": {}}\n" + out_;
    }
    if (Strikes(Damage::kThink)) {
      out_ = "<think>So {\"a\": 1}, isn't it [</think>" + out_;
    }
    return out_;
  }

  // Leaves that were added and are not part of the value, but must not disappear either.
  const std::vector<std::string>& added() const { return added_; }

 private:
  bool Has(Damage damage) const { return std::ranges::find(damages_, damage) != damages_.end(); }
  bool Strikes(Damage damage) { return Has(damage) && !random_.OneIn(4); }

  std::string NewLeaf() {
    added_.push_back("added" + std::to_string(added_.size()));
    return added_.back();
  }

  void Put(const Value& value) {
    switch (value.type()) {
      case Type::kNull:
        return PutLiteral("null", {"None", "NULL", "Null", "none"});
      case Type::kBoolean:
        return value.boolean() ? PutLiteral("true", {"True", "TRUE", "tRue", "True"})
                               : PutLiteral("false", {"False", "FALSE", "fAlse", "False"});
      case Type::kNumber:
        return PutNumber(value.number());
      case Type::kString:
        return PutString(value.string());
      case Type::kArray:
      case Type::kObject:
        return PutChildren(value);
    }
  }

  void PutLiteral(std::string_view strict, const std::array<std::string_view, 4>& others) {
    out_ += Strikes(Damage::kLiteral) ? random_.PickFrom(others) : strict;
  }

  void PutNumber(std::string_view number) {
    if (!Strikes(Damage::kNumberForm)) {
      out_ += number;
    } else if (number.starts_with("0.")) {
      out_ += number.substr(1);
    } else if (number.ends_with(".0")) {
      out_ += number.substr(0, number.size() - 1);
    } else if (!number.starts_with('-')) {
      out_ += random_.OneIn(3) ? "00" : "+";
      out_ += number;
    } else {
      out_ += number;
    }
  }

  void PutChildren(const Value& value) {
    const bool object = value.is_object();
    out_ += object ? '{' : '[';
    ++depth_;
    PutSpace();
    if (Strikes(Damage::kExtraComma)) out_ += ',';
    bool first = true;
    for (const Value& child : value) {
      if (!first) PutComma();
      first = false;
      if (object) PutDuplicate(child.key());
      if (object) PutKey(child.key());
      Put(child);
      PutSpace();
    }
    if (!first && Strikes(Damage::kTrailingComma)) out_ += ',';
    --depth_;
    PutSpace();
    out_ += object ? '}' : ']';
  }

  void PutComma() {
    if (Strikes(Damage::kMissingComma)) {
      out_ += '\n';
      return;
    }
    out_ += ',';
    if (Strikes(Damage::kExtraComma)) out_ += ',';
    PutSpace();
  }

  void PutSpace() {
    if (indented_) out_ += '\n' + std::string(depth_ * 2, ' ');
    if (Strikes(Damage::kWhiteSpace)) out_ += "\u00A0";
    if (!Strikes(Damage::kComment)) return;
    constexpr std::array<std::string_view, 4> kComments = {
        "// it's a {comment}\n", "/* a \"b\" */", " # , or [not\n", "/**/"
    };
    out_ += random_.PickFrom(kComments);
  }

  void PutKey(std::string_view key) {
    const bool name = !key.empty() && std::ranges::all_of(key, IsLetter);
    if (name && Strikes(Damage::kUnquotedKey)) {
      out_ += key;
    } else {
      PutString(key, /*may_spoil=*/false);
    }
    out_ += indented_ ? ": " : ":";
  }

  void PutDuplicate(std::string_view key) {
    if (!Strikes(Damage::kDuplicateKey)) return;
    PutKey(key);
    out_ += '"' + NewLeaf() + "\",";
  }

  void PutString(std::string_view text, bool may_spoil = true) {
    spoil_ = may_spoil && Strikes(Damage::kInvalidUtf8);
    if (Strikes(Damage::kSingleQuote)) return PutQuoted(text, "'", "'");
    if (Strikes(Damage::kBacktick)) return PutQuoted(text, "`", "`");
    if (Strikes(Damage::kTypographicQuote)) return PutQuoted(text, "“", "”");
    PutQuoted(text, "\"", "\"");
  }

  void PutQuoted(std::string_view text, std::string_view opening, std::string_view closing) {
    out_ += opening;
    if (spoil_) out_ += '\xFF';
    while (!text.empty()) {
      const size_t size = std::max<size_t>(DecodeUtf8(text).size, 1);
      PutCharacter(text.substr(0, size), text.substr(size), closing);
      text.remove_prefix(size);
    }
    out_ += closing;
  }

  void PutCharacter(std::string_view c, std::string_view rest, std::string_view closing) {
    const bool control = static_cast<unsigned char>(c[0]) < 0x20;
    if (c == "\\" && rest.starts_with('d') && Strikes(Damage::kEscape)) {
      out_ += c;
    } else if (c == "\\" || (control && !Strikes(Damage::kControlCharacter))) {
      std::string escaped;
      WriteString(c, escaped);
      out_ += escaped.substr(1, escaped.size() - 2);
    } else {
      const bool spare = c == "'" && Strikes(Damage::kEscape);
      if (spare || MayEndString(c, rest, closing)) out_ += '\\';
      out_ += c;
    }
  }

  // Without a backslash, `c` could be taken for the closing quote.
  static bool MayEndString(std::string_view c, std::string_view rest, std::string_view closing) {
    if (closing == "”") return c == "“" || c == "”" || c == "\"";
    // Inside of a word, an apostrophe ends nothing.
    const bool inside = c == "'" && !rest.empty() && IsLetter(rest[0]);
    return c == closing && !inside;
  }

  Random& random_;
  std::vector<Damage> damages_;
  std::string out_;
  bool indented_ = false;
  bool spoil_ = false;  // put a byte into the string that is no UTF-8
  size_t depth_ = 0;
  std::vector<std::string> added_;
};

// Every leaf below `value` that `found` has not at the same place, as JSON.
void ListMissing(const Value& value, const Value* found, std::vector<std::string>& missing) {
  if (value.size() == 0) {
    const bool same = found != nullptr && Equal(value, *found);
    if (!same) missing.push_back(value.is_string() ? std::string(value.string()) : ToText(value));
    return;
  }
  size_t index = 0;
  for (const Value& child : value) {
    const Value* other = nullptr;
    if (found != nullptr) other = value.is_object() ? found->Find(child.key()) : found->At(index++);
    ListMissing(child, other, missing);
  }
}

// A repair shows what it dropped, or the string after a byte that is no UTF-8 was replaced.
bool IsShown(const std::string& leaf, const std::vector<Repair>& repairs) {
  std::string replaced;
  WriteString("\uFFFD" + leaf, replaced);
  return std::ranges::any_of(repairs, [&](const Repair& repair) {
    return repair.before.find(leaf) != std::string::npos || repair.after == replaced;
  });
}

// The value itself where another one before it made the answer a list of both.
const Value& LastOfList(const TolerantResult& result) {
  const Value& root = result.document->root();
  const bool list = std::ranges::any_of(result.repairs, [](const Repair& repair) {
    return repair.kind == repair_kind::kList;
  });
  return list ? *root.At(root.size() - 1) : root;
}

std::vector<Damage> PickDamages(Random& random) {
  std::vector<Damage> damages;
  for (size_t left = 1 + random.Below(3); left > 0; --left) {
    damages.push_back(static_cast<Damage>(random.Below(static_cast<size_t>(Damage::kCount))));
  }
  return damages;
}

void ExpectNothingDisappears(std::uint64_t seed) {
  Random random(seed);
  const Document original = Generator(random).Object();
  DamagedWriter writer(random, PickDamages(random));
  const std::string text = writer.Write(original.root());

  const TolerantResult result = ParseTolerant(text);
  ASSERT_TRUE(result.document.has_value())
      << "seed " << seed << ": " << result.error << " at " << result.error_offset << " of\n"
      << text;
  EXPECT_FALSE(result.truncated) << "seed " << seed << ":\n" << text;
  const std::string json = ToText(result.document->root());
  const Value& read = LastOfList(result);
  const bool lossless = std::ranges::all_of(result.repairs, &Repair::lossless);
  if (lossless) {
    EXPECT_TRUE(Equal(original.root(), read)) << "seed " << seed << ": a silent loss in\n"
                                              << text << "\nread as\n"
                                              << json;
  }
  std::vector<std::string> leaves = writer.added();
  ListMissing(original.root(), &read, leaves);
  for (const std::string& leaf : leaves) {
    const bool listed = &read != &result.document->root() && json.find(leaf) != std::string::npos;
    EXPECT_TRUE(listed || IsShown(leaf, result.repairs))
        << "seed " << seed << ": " << leaf << " disappeared from\n"
        << text << "\nread as\n"
        << json;
  }
}

class JsonDamageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::cout << "damaged JSON: " << cases_ << " cases from seed " << seed_ << "\n";
  }

  const std::uint64_t seed_ = NumberFromEnvironment("EXTRACTD_SEED", kDefaultSeed);
  const std::uint64_t cases_ = NumberFromEnvironment("EXTRACTD_CASES", kDefaultCases);
};

TEST_F(JsonDamageTest, NothingDisappears) {
  for (std::uint64_t i = 0; i < cases_ && !HasFailure(); ++i) ExpectNothingDisappears(seed_ + i);
}

// Where a bracket, comma, colon or quote is missing or doubled, the text is either still JSON, or
// the object is read as it was, or it is said that something is wrong.
void ExpectNoSilentChange(std::uint64_t seed, const Document& original, const std::string& text) {
  if (std::holds_alternative<Document>(ParseView(text))) return;
  const TolerantResult result = ParseTolerant(text);
  if (!result.document.has_value() || result.truncated) return;
  if (!std::ranges::all_of(result.repairs, &Repair::lossless)) return;
  EXPECT_TRUE(Equal(original.root(), result.document->root()))
      << "seed " << seed << ": a silent change in\n"
      << text << "\nread as\n"
      << ToText(result.document->root());
}

// Offsets of the brackets, commas, colons and quotes that are not part of a string.
std::vector<size_t> MarksOf(std::string_view json) {
  std::vector<size_t> marks;
  bool in_string = false;
  for (size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (in_string && c == '\\') {
      ++at;
    } else if (c == '"') {
      in_string = !in_string;
      marks.push_back(at);
    } else if (!in_string && std::string_view("{}[],:").find(c) != std::string_view::npos) {
      marks.push_back(at);
    }
  }
  return marks;
}

TEST_F(JsonDamageTest, ASlipOfOneMarkIsNeverReadSilentlyAsSomethingElse) {
  // An object has dozens of marks.
  for (std::uint64_t i = 0; i < cases_ / 20 && !HasFailure(); ++i) {
    Random random(seed_ + i);
    const Document original = Generator(random).Object();
    const std::string text =
        random.OneIn(2) ? ToText(original.root()) : ToIndentedText(original.root());
    // A string without its first quote may look like a comment, and nobody could tell.
    if (text.find_first_of("#/") != std::string::npos) continue;
    for (const size_t at : MarksOf(text)) {
      std::string slip = text;
      ExpectNoSilentChange(seed_ + i, original, slip.insert(at, 1, text[at]));
      ExpectNoSilentChange(seed_ + i, original, slip.erase(at, 2));
    }
  }
}

TEST_F(JsonDamageTest, EveryBeginningOfAnObjectIsTruncated) {
  for (std::uint64_t i = 0; i < cases_ / 50; ++i) {
    Random random(seed_ + i);
    const std::string text = ToText(Generator(random).Object().root());
    for (size_t size = 1; size < text.size(); ++size) {
      const std::string_view beginning = std::string_view(text).substr(0, size);
      ASSERT_TRUE(ParseTolerant(beginning).truncated) << "seed " << seed_ + i << ": " << beginning;
      if (!IsValidUtf8(beginning)) continue;
      const ParseResult strict = ParseView(beginning);
      ASSERT_TRUE(std::get<ParseError>(strict).truncated)
          << "seed " << seed_ + i << ": " << beginning;
    }
  }
}

}  // namespace
}  // namespace extractd::json
