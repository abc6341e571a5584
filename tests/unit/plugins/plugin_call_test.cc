#include "server/plugins/plugin_call.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace extractd::plugins {
namespace {

int Write(extractd_output* out, std::string_view text) {
  return out->write(out, text.data(), text.size());
}

std::string ProblemOf(absl::FunctionRef<int(extractd_output*)> call, size_t limit = 100) {
  const auto written = Written("acme: encode", call, limit);
  return written.ok() ? "" : std::string(written.status().message());
}

TEST(PluginCallTest, WhatIsWrittenInPiecesIsOneText) {
  const auto written = Written("x", [](extractd_output* out) {
    return Write(out, "a") + Write(out, "") + Write(out, "bc");
  });
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(*written, "abc");
}

TEST(PluginCallTest, AFailureSaysWhatItWrote) {
  EXPECT_EQ(
      ProblemOf([](extractd_output* out) { return Write(out, "no media"), 1; }),
      "acme: encode: no media"
  );
  EXPECT_EQ(ProblemOf([](extractd_output*) { return -1; }), "acme: encode: failed without a word");
  EXPECT_EQ(
      ProblemOf([](extractd_output* out) { return Write(out, "\xFF"), 1; }),
      "acme: encode: \xEF\xBF\xBD"
  );
}

TEST(PluginCallTest, AnExceptionEndsHere) {
  EXPECT_EQ(
      ProblemOf([](extractd_output*) -> int { throw std::runtime_error("x"); }),
      "acme: encode: it threw an exception"
  );
}

TEST(PluginCallTest, OutputHasALimit) {
  EXPECT_EQ(ProblemOf([](extractd_output* out) { return Write(out, std::string(100, 'x')); }), "");
  EXPECT_EQ(
      ProblemOf([](extractd_output* out) { return Write(out, std::string(101, 'x')), 0; }),
      "acme: encode: wrote more than 100 bytes"
  );
  EXPECT_EQ(
      ProblemOf([](extractd_output* out) { return out->write(out, nullptr, 5), 0; }),
      "acme: encode: wrote more than 100 bytes"
  ) << "bytes from nowhere";
}

TEST(PluginCallTest, OutputIsUtf8) {
  EXPECT_EQ(
      ProblemOf([](extractd_output* out) { return Write(out, "a\xFF"); }),
      "acme: encode: wrote what is not UTF-8"
  );
}

}  // namespace
}  // namespace extractd::plugins
