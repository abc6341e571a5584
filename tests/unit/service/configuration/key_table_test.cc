#include "server/service/configuration/key_table.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

namespace extractd {
namespace {

using Texts = std::vector<std::string>;

struct Lamp {
  bool lit = false;
  std::int64_t watts = 0;
  std::vector<std::string> rooms;
};

std::string SetLit(const YAML::Node& value, Lamp& lamp) {
  return ReadFlag(value, lamp.lit);
}

std::string SetWatts(const YAML::Node& value, Lamp& lamp) {
  return UseInteger(value, 1, 100, [&](std::int64_t watts) { lamp.watts = watts; });
}

std::string SetRooms(const YAML::Node& value, Lamp& lamp) {
  auto rooms = TextsOf(value);
  if (!rooms.has_value()) return "must be a list of texts";
  lamp.rooms = *std::move(rooms);
  return {};
}

constexpr std::array kKeys = {
    KeyRow<Lamp>{"lit", "whether it burns", SetLit},
    KeyRow<Lamp>{"watts", "how much it takes", SetWatts},
    KeyRow<Lamp>{"rooms", "where it stands", SetRooms},
};

class KeyTableTest : public testing::Test {
 protected:
  std::vector<std::string> Read(const std::string& yaml) {
    std::vector<std::string> problems;
    SetKeys(kKeys, YAML::Load(yaml), "lamps.desk", lamp_, problems);
    return problems;
  }

  Lamp lamp_;
};

TEST_F(KeyTableTest, EachKeySetsWhatItsRowSays) {
  EXPECT_EQ(Read("lit: true\nwatts: 40\nrooms: [hall, attic]\n"), Texts{});
  EXPECT_TRUE(lamp_.lit);
  EXPECT_EQ(lamp_.watts, 40);
  EXPECT_EQ(lamp_.rooms, (Texts{"hall", "attic"}));
}

TEST_F(KeyTableTest, EveryProblemHasItsLineAndTheRestIsSet) {
  EXPECT_EQ(
      Read("lit: maybe\nwatts: 101\nrooms: [hall]\n"),
      (Texts{
          "line 1: lamps.desk.lit: must be true or false",
          "line 2: lamps.desk.watts: must be an integer 1…100"
      })
  );
  EXPECT_EQ(lamp_.rooms, (Texts{"hall"}));
  EXPECT_EQ(lamp_.watts, 0);
}

TEST_F(KeyTableTest, AnUnknownKeyNamesTheNearestOne) {
  EXPECT_EQ(
      Read("wats: 5\n"), (Texts{"line 1: lamps.desk.wats: unknown key; did you mean 'watts'?"})
  );
  EXPECT_EQ(Read("[a]: 5\n"), (Texts{"line 1: lamps.desk.: unknown key"}));
}

TEST_F(KeyTableTest, WhatIsNoBlockIsRefusedAsAWhole) {
  EXPECT_EQ(Read("[lit, watts]"), (Texts{"line 1: lamps.desk: must be a block of keys"}));
}

TEST_F(KeyTableTest, AnIntegerIsNoFractionAndNoList) {
  for (const std::string value : {"1.5", "0", "[40]", "", "99999999999999999999"}) {
    EXPECT_EQ(Read("watts: " + value).size(), 1U) << value;
  }
  EXPECT_EQ(lamp_.watts, 0);
}

TEST_F(KeyTableTest, AListOfTextsHoldsOnlyTexts) {
  EXPECT_EQ(Read("rooms: hall").size(), 1U);
  EXPECT_EQ(Read("rooms: [hall, [attic]]").size(), 1U);
  EXPECT_EQ(lamp_.rooms, Texts{}) << "half a list is none";
  EXPECT_EQ(Read("rooms: []"), Texts{});
}

TEST(KeyHelpTest, TheDocumentationHasTheRowsInTheirOrder) {
  std::vector<std::string> lines;
  for (const KeyHelp& key : HelpOf(kKeys)) lines.push_back(key.name + ": " + key.help);
  EXPECT_EQ(
      lines, (Texts{"lit: whether it burns", "watts: how much it takes", "rooms: where it stands"})
  );
}

}  // namespace
}  // namespace extractd
