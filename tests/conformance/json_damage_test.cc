// A property of the tolerant parser: nothing disappears. Objects are generated, their text is
// damaged in up to three named ways (damage/damage.h), and every leaf of the object must be in the
// result or in what a repair shows as dropped. Where all repairs are lossless, the result must
// equal the object.
//
// EXTRACTD_SEED and EXTRACTD_CASES set the first seed and the number of cases.
#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/base/utf8.h"
#include "server/json/lexical.h"
#include "server/json/parse.h"
#include "server/json/tolerant.h"
#include "server/json/write.h"
#include "tests/conformance/damage/damage.h"
#include "tests/conformance/damage/damaged_writer.h"
#include "tests/conformance/damage/object_generator.h"
#include "tests/conformance/damage/random.h"
#include "tests/fakes/test_settings.h"

namespace extractd::json {
namespace {

constexpr std::uint64_t kDefaultCases = 5'000;
constexpr std::uint64_t kFullCases = 100'000;
constexpr std::uint64_t kDefaultSeed = 20'261'121;
constexpr auto kDamages = static_cast<size_t>(Damage::kCount);
static_assert(kDamages >= 25);

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

// A string as it stands between quotes.
std::string InJson(const std::string& leaf) {
  std::string quoted;
  WriteString(leaf, quoted);
  return quoted.substr(1, quoted.size() - 2);
}

// What a repair dropped, in the text it was dropped from: that is longer than what it shows if that
// was cut.
std::string_view DroppedBy(const Repair& repair, std::string_view text) {
  const bool cut = !repair.lossless && repair.before.size() + 4 > kMaxRepairTextBytes;
  const size_t begin = cut ? text.find(repair.before) : std::string_view::npos;
  return begin == std::string_view::npos ? std::string_view(repair.before) : text.substr(begin);
}

// Without what differs between the ways to write the same value.
std::string Plain(std::string_view text) {
  std::string plain(text);
  std::erase_if(plain, [](char c) { return c == '\\' || IsSpace(c); });
  return plain;
}

// A repair shows what it dropped, or the string after a byte that is no UTF-8 was replaced.
bool IsShown(const std::string& leaf, const std::vector<Repair>& repairs, std::string_view text) {
  std::string replaced;
  WriteString("\uFFFD" + leaf, replaced);
  return std::ranges::any_of(repairs, [&](const Repair& repair) {
    const std::string dropped = Plain(DroppedBy(repair, text));
    const auto shows = [&dropped](const std::string& part) {
      return dropped.find(Plain(part)) != std::string::npos;
    };
    return shows(leaf) || shows(InJson(leaf)) || repair.after == replaced;
  });
}

// The value itself where another one before it made the answer a list of both.
const Value& LastOfList(const Value& root, const std::vector<Repair>& repairs) {
  const bool list = std::ranges::any_of(repairs, [](const Repair& repair) {
    return repair.kind == repair_kind::kList;
  });
  return list ? *root.At(root.size() - 1) : root;
}

// What became of the cases.
struct Tally {
  std::array<size_t, kDamages> done = {};
  size_t lossless = 0;
  size_t lossy = 0;
  size_t refused = 0;
};

class DamagedCase {
 public:
  explicit DamagedCase(std::uint64_t seed)
      : seed_(seed),
        random_(seed),
        original_(GenerateObject(random_)),
        damages_(PickDamages(random_)),
        writer_(random_, damages_),
        text_(writer_.Write(original_.root())),
        result_(ParseTolerant(text_)) {}

  void ExpectNothingDisappears(Tally& tally) {
    Count(tally);
    if (!result_.document.has_value() || IsCutOff()) return ExpectRefusal();
    const Value& root = result_.document->root();
    const Value& read = LastOfList(root, result_.repairs);
    if (IsLossless()) EXPECT_TRUE(Equal(original_.root(), read)) << Describe("a silent loss");
    std::vector<std::string> leaves = writer_.added();
    ListMissing(original_.root(), &read, leaves);
    // Around what was guessed, a leaf may be found in another place.
    const std::string all = &read == &root && !MayBeRefused() ? "" : ToText(root);
    for (const std::string& leaf : leaves) {
      const bool elsewhere = all.find(InJson(leaf)) != std::string::npos;
      EXPECT_TRUE(elsewhere || IsShown(leaf, result_.repairs, text_))
          << Describe(leaf + " disappeared");
    }
  }

 private:
  bool IsLossless() const { return std::ranges::all_of(result_.repairs, &Repair::lossless); }

  // It is said that the text ends open, which it does not.
  bool IsCutOff() const { return result_.truncated && !writer_.Did(Damage::kUnclosed); }

  bool MayBeRefused() const {
    return std::ranges::any_of(damages_, [this](Damage damage) {
      return RowOf(damage).may_be_refused && writer_.Did(damage);
    });
  }

  void Count(Tally& tally) const {
    for (size_t i = 0; i < kDamages; ++i) {
      tally.done[i] += writer_.Did(static_cast<Damage>(i)) ? 1 : 0;
    }
    const bool refused = !result_.document.has_value() || IsCutOff();
    size_t& read = IsLossless() ? tally.lossless : tally.lossy;
    ++(refused ? tally.refused : read);
  }

  void ExpectRefusal() const {
    EXPECT_TRUE(MayBeRefused()) << Describe(fmt::format("refused: {}", result_.error));
    EXPECT_TRUE(IsCutOff() || !result_.error.empty()) << Describe("refused without a reason");
  }

  std::string Describe(std::string_view what) const {
    const std::string json = result_.document ? ToText(result_.document->root()) : "nothing";
    return fmt::format(
        "seed {} ({}): {}, in\n{}\nread as\n{}", seed_, NamesOf(damages_), what, text_, json
    );
  }

  std::uint64_t seed_;
  Random random_;
  Document original_;
  std::vector<Damage> damages_;
  DamagedWriter writer_;
  std::string text_;
  TolerantResult result_;
};

class JsonDamageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::cout << "damaged JSON: " << cases_ << " cases from seed " << seed_ << "\n";
  }

  const std::uint64_t seed_ = NumberSetting("EXTRACTD_SEED", kDefaultSeed);
  const std::uint64_t cases_ =
      NumberSetting("EXTRACTD_CASES", IsFullRun() ? kFullCases : kDefaultCases);
};

TEST_F(JsonDamageTest, NothingDisappears) {
  Tally tally;
  for (std::uint64_t i = 0; i < cases_ && !HasFailure(); ++i) {
    DamagedCase(seed_ + i).ExpectNothingDisappears(tally);
  }
  for (size_t i = 0; i < kDamages && !HasFailure(); ++i) {
    EXPECT_GT(tally.done[i], 0U) << RowOf(static_cast<Damage>(i)).name << " never happened";
  }
  std::cout << "damaged JSON: " << kDamages << " ways; " << tally.lossless << " read without, "
            << tally.lossy << " with a named loss, " << tally.refused << " refused\n";
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
    const Document original = GenerateObject(random);
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
    const std::string text = ToText(GenerateObject(random).root());
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
