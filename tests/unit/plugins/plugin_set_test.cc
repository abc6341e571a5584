#include "server/plugins/plugin_set.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>
#include <unistd.h>

#include "server/modes/mode_handler.h"
#include "server/providers/provider_table.h"

namespace extractd::plugins {
namespace {

int Encode(void*, extractd_text, extractd_output*) {
  return 0;
}
int Decode(void*, int, extractd_text, extractd_output*) {
  return 0;
}
void* Begin(void*) {
  return nullptr;
}
void End(void*) {}
int Find(void*, extractd_text, size_t*, size_t*) {
  return 0;
}

// What a plug-in brings; each test changes something of it.
struct Parts {
  extractd_dialect dialect = {
      .name = "acme",
      .self = nullptr,
      .encode = Encode,
      .decode = Decode,
      .framing = EXTRACTD_FRAMING_EVENT_STREAM,
      .stream_begin = nullptr,
      .stream_end = nullptr,
      .stream_read = nullptr,
  };
  extractd_mode mode = {
      .name = "ACME_MODE",
      .description = "A mode.",
      .self = nullptr,
      .answer = EXTRACTD_ANSWER_TEXT,
      .instruction = "{schema}",
      .correction = nullptr,
      .find = nullptr,
  };
  extractd_plugin table = {
      .abi = EXTRACTD_PLUGIN_ABI,
      .name = "acme-plugin",
      .version = "1",
      .dialects = &dialect,
      .dialect_count = 1,
      .modes = &mode,
      .mode_count = 1,
      .providers = nullptr,
  };
};

std::string ProblemOf(const std::function<void(Parts&)>& change) {
  Parts parts;
  change(parts);
  const absl::Status added = AddPlugin(&parts.table, "x.so");
  return added.ok() ? "" : std::string(added.message());
}

TEST(PluginSetTest, WhatAPluginDoesNotSayIsRefusedAndNamed) {
  const std::string long_text(70'000, 'x');
  const std::vector<std::pair<std::function<void(Parts&)>, std::string>> cases = {
      {[](Parts& p) { p.table.abi = 7; }, "x.so: the plug-in is of ABI 7, this extractd of ABI 2"},
      {[](Parts& p) { p.table.name = nullptr; }, "name and version"},
      {[](Parts& p) { p.table.version = ""; }, "name and version"},
      {[&](Parts& p) { p.table.name = long_text.c_str(); }, "name and version"},
      {[](Parts& p) { p.table.name = "a\nb"; }, "name and version"},
      {[](Parts& p) { p.table.dialects = nullptr; }, "has more than 100 dialects or modes"},
      {[](Parts& p) { p.table.dialect_count = 101; }, "has more than 100 dialects or modes"},
      {[](Parts& p) { p.table.modes = nullptr; }, "has more than 100 dialects or modes"},
      {[](Parts& p) { p.table.providers = "\xFF"; }, "providers must be a text"},
      {[](Parts& p) { p.dialect.name = "Acme"; }, "the name of a dialect must be"},
      {[](Parts& p) { p.dialect.name = "openai_chat"; }, "dialect 'openai_chat' is there already"},
      {[](Parts& p) { p.dialect.encode = nullptr; }, "dialect 'acme' has no encode"},
      {[](Parts& p) { p.dialect.decode = nullptr; }, "dialect 'acme' has no encode, or no decode"},
      {[](Parts& p) { p.dialect.framing = 4; }, "dialect 'acme': framing is none of"},
      {[](Parts& p) { p.dialect.stream_begin = Begin; }, "stream_begin and stream_end"},
      {[](Parts& p) { p.dialect.stream_end = End; }, "stream_begin and stream_end"},
      {[](Parts& p) { p.dialect.stream_begin = Begin, p.dialect.stream_end = End; },
       "begins streams, and has no stream_read"},
  };
  for (const auto& [change, problem] : cases) {
    EXPECT_NE(ProblemOf(change).find(problem), std::string::npos)
        << problem << ": " << ProblemOf(change);
  }
  EXPECT_NE(AddPlugin(nullptr, "x.so").message().find("cannot serve ABI 2"), std::string::npos);
}

TEST(PluginSetTest, ModesThatCannotBeAskedAreRefused) {
  const std::string long_text(70'000, 'x');
  const std::vector<std::pair<std::function<void(extractd_mode&)>, std::string>> cases = {
      {[](extractd_mode& m) { m.name = "lower"; }, "the name of a mode must be"},
      {[](extractd_mode& m) { m.name = "TOOLS"; }, "mode 'TOOLS' is there already"},
      {[](extractd_mode& m) { m.answer = 3; }, "none of extractd_answer"},
      {[](extractd_mode& m) { m.description = nullptr; }, "description must be a text"},
      {[](extractd_mode& m) { m.instruction = nullptr; }, "instruction must be a text"},
      {[&](extractd_mode& m) { m.instruction = long_text.c_str(); }, "instruction must be a text"},
      {[&](extractd_mode& m) { m.correction = long_text.c_str(); }, "correction must be a text"},
      {[](extractd_mode& m) { m.answer = EXTRACTD_ANSWER_TOOL, m.find = Find; }, "neither found nor"
      },
  };
  for (const auto& [change, problem] : cases) {
    const std::string said = ProblemOf([&change](Parts& parts) {
      parts.table.dialect_count = 0;
      change(parts.mode);
    });
    EXPECT_NE(said.find(problem), std::string::npos) << problem << ": " << said;
  }
}

TEST(PluginSetTest, AFolderThatIsNotThereOrHoldsNoPluginIsNamed) {
  EXPECT_NE(LoadPlugins("/nowhere").message().find("/nowhere: cannot be read"), std::string::npos);
  const auto folder =
      std::filesystem::temp_directory_path() / ("plugin-set-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  EXPECT_TRUE(LoadPlugins(folder).ok()) << "an empty folder is fine";
  std::ofstream(folder / "x.so") << "text";
  EXPECT_NE(LoadPlugins(folder).message().find("x.so: cannot be loaded"), std::string::npos);
  std::filesystem::remove_all(folder);
}

// The last one: what is added stays.
TEST(PluginSetTest, WhatAPluginBringsIsInTheTables) {
  static Parts parts;
  parts.table.providers = "providers: {}";
  ASSERT_TRUE(AddPlugin(&parts.table, "/x/acme.so").ok());
  EXPECT_NE(providers::FindDialect("acme"), nullptr);
  ASSERT_NE(FindModeHandler("ACME_MODE"), nullptr);
  EXPECT_EQ(FindModeHandler("ACME_MODE")->traits().description, "A mode.");
  ASSERT_EQ(LoadedPlugins().size(), 1U);
  EXPECT_EQ(LoadedPlugins()[0].file, "/x/acme.so");
  EXPECT_EQ(LoadedPlugins()[0].providers, "providers: {}");
  EXPECT_NE(
      AddPlugin(&parts.table, "y.so")
          .message()
          .find("'acme-plugin' is there already, from /x/acme.so"),
      std::string::npos
  );
  EXPECT_TRUE(LoadPlugins("/nowhere").ok()) << "loaded once, and no more";
}

}  // namespace
}  // namespace extractd::plugins
