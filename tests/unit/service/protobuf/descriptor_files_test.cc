#include "server/service/protobuf/descriptor_files.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace extractd {
namespace {

namespace pb = google::protobuf;

constexpr size_t kMaxBytes = 1U << 20U;

std::string SetOf(const std::vector<std::string>& files) {
  pb::FileDescriptorSet set;
  for (const std::string& file : files) {
    EXPECT_TRUE(pb::TextFormat::ParseFromString(file, set.add_file())) << file;
  }
  return set.SerializeAsString();
}

// "field: text" of what is wrong; empty: nothing is.
std::string ProblemOf(
    const std::vector<std::string>& files, std::string_view type = "M", size_t max_bytes = kMaxBytes
) {
  const auto built = BuildMessage(SetOf(files), std::string(type), max_bytes);
  const auto* problem = std::get_if<DescriptorProblem>(&built);
  return problem == nullptr ? "" : fmt::format("{}: {}", problem->field, problem->text);
}

std::string File(std::string_view name, std::string_view rest) {
  return fmt::format(R"(name: "{}" syntax: "proto3" {})", name, rest);
}

const std::string& kM = *new std::string(R"(message_type { name: "M" })");

TEST(DescriptorFilesTest, FilesAreBuiltInTheOrderOfTheirImportsWhateverTheirOrderInTheSet) {
  const std::string set = SetOf(
      {File("a.proto", R"(dependency: "b.proto" message_type { name: "M" field {
              name: "n" number: 1 type: TYPE_MESSAGE type_name: ".N" label: LABEL_OPTIONAL } })"),
       File("b.proto", R"(dependency: "c.proto" public_dependency: 0)"),
       File("c.proto", R"(message_type { name: "N" })")}
  );
  const auto built = BuildMessage(set, "M", kMaxBytes);
  const auto* message = std::get_if<BuiltMessage>(&built);
  ASSERT_NE(message, nullptr) << std::get<DescriptorProblem>(built).text;
  EXPECT_EQ(message->message->field(0)->message_type()->full_name(), "N");
  EXPECT_GT(message->memory_bytes, set.size());
}

TEST(DescriptorFilesTest, OnlyTheFilesThatTheMessageNeedsAreLookedAt) {
  EXPECT_EQ(ProblemOf({File("m.proto", kM), File("bad.proto", R"(dependency: "gone.proto")")}), "");
}

TEST(DescriptorFilesTest, WhatDoesNotChangeAMessageIsLeftOut) {
  EXPECT_EQ(
      ProblemOf({R"pb(
                   name: "m.proto"
                   message_type {
                     name: "M"
                     reserved_range { start: 1 end: 2 }
                     reserved_range { start: 1 end: 2 }
                   }
                   extension {
                     name: "x"
                     number: 1
                     type: TYPE_BOOL
                     label: LABEL_OPTIONAL
                     extendee: ".Gone"
                   }
                   service {
                     name: "S"
                     method { name: "Do" input_type: ".Gone" output_type: ".Gone" }
                   }
                   options {
                     uninterpreted_option {
                       name { name_part: "x" is_extension: true }
                       aggregate_value: "a"
                     }
                   }
                 )pb"}),
      ""
  );
}

TEST(DescriptorFilesTest, ImportsThatCannotBeFollowedAreNamed) {
  EXPECT_EQ(
      ProblemOf({File("m.proto", kM + R"( dependency: "gone.proto")")}),
      "file_descriptor_set: m.proto imports 'gone.proto', which is not in it; make it with protoc "
      "--include_imports"
  );
  EXPECT_EQ(
      ProblemOf(
          {File("m.proto", kM + R"( dependency: "n.proto")"),
           File("n.proto", R"(dependency: "m.proto")")}
      ),
      "file_descriptor_set: n.proto imports 'm.proto', which imports it in turn"
  );
  EXPECT_EQ(
      ProblemOf({File("m.proto", kM), File("m.proto", "")}),
      "file_descriptor_set: has the file 'm.proto' twice"
  );
}

TEST(DescriptorFilesTest, AMessageIsFoundInItsPackageAndInOthers) {
  const std::string file =
      File("m.proto", R"(package: "a.b" message_type { name: "M" nested_type { name: "N" } })");
  EXPECT_EQ(ProblemOf({file}, "a.b.M"), "");
  EXPECT_EQ(ProblemOf({file}, "a.b.M.N"), "");
  EXPECT_EQ(ProblemOf({file}, "M"), "message_type: no message 'M' is in the files");
  EXPECT_EQ(ProblemOf({file}, "a.b.N"), "message_type: no message 'a.b.N' is in the files");
  EXPECT_EQ(ProblemOf({file}, ""), "message_type: no message '' is in the files");
}

TEST(DescriptorFilesTest, WhatProtobufRefusesIsSaidWithItsPlace) {
  EXPECT_EQ(
      ProblemOf({File("m.proto", R"(message_type { name: "M" field {
          name: "x" number: 1 type: TYPE_MESSAGE type_name: ".Gone" label: LABEL_OPTIONAL } })")}),
      R"(file_descriptor_set: m.proto: M.x: ".Gone" is not defined.)"
  );
}

TEST(DescriptorFilesTest, LimitsAreSaidWithAWayOut) {
  const std::string m = File("m.proto", kM);
  EXPECT_EQ(
      ProblemOf({m}, "M", 10),
      fmt::format(
          "file_descriptor_set: has {} bytes, at most 10 (setting max_schema_bytes); leave out "
          "what "
          "the message does not need",
          SetOf({m}).size()
      )
  );
  const std::string long_name(kMaxFullNameBytes, 'a');
  EXPECT_EQ(
      ProblemOf({File("m.proto", fmt::format(R"({} enum_type {{ name: "{}" }})", kM, long_name))}),
      "file_descriptor_set: m.proto has a full name of more than 256 bytes or 32 parts; leave it "
      "out"
  );
  std::string package = "a";
  for (size_t i = 0; i < kMaxNameParts; ++i) package += ".a";
  EXPECT_NE(
      ProblemOf({File("m.proto", fmt::format(R"({} package: "{}")", kM, package))}, package + ".M"),
      ""
  );
}

// A chain of imports must not become a chain of calls.
TEST(DescriptorFilesTest, ChainsOfImportsMayBeAsLongAsTheLimit) {
  const auto chain = [](size_t length) {
    std::vector<std::string> files = {File("0", kM + R"( dependency: "1")")};
    for (size_t i = 1; i < length; ++i) {
      const std::string next =
          i + 1 < length ? fmt::format(R"(dependency: "{}" public_dependency: 0)", i + 1) : "";
      files.push_back(File(fmt::format("{}", i), next));
    }
    return files;
  };
  EXPECT_EQ(ProblemOf(chain(kMaxDescriptorFiles)), "");
  EXPECT_EQ(
      ProblemOf(chain(kMaxDescriptorFiles + 1)),
      "file_descriptor_set: has 1001 files that the message needs, at most 1000; put its types "
      "into "
      "fewer"
  );
  EXPECT_NE(ProblemOf(chain(50'000)), "");
}

TEST(DescriptorFilesTest, NoiseIsNoSet) {
  for (const std::string_view noise : {"", "\xFF\x01noise"}) {
    const auto built = BuildMessage(noise, "M", kMaxBytes);
    ASSERT_NE(std::get_if<DescriptorProblem>(&built), nullptr);
    EXPECT_EQ(std::get<DescriptorProblem>(built).text, "is no FileDescriptorSet with files");
  }
}

}  // namespace
}  // namespace extractd
