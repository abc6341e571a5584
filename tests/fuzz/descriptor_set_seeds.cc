// Writes seeds for descriptor_set_fuzz.cc: descriptor_set_seeds <folder>.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include "server/service/protobuf/protobuf_type.h"

namespace extractd {
namespace {

namespace pb = google::protobuf;

struct Seed {
  std::string name;
  std::string message_type;
  std::vector<std::string> files;  // as text
};

std::string File(std::string_view name, std::string_view rest) {
  return fmt::format(R"(name: "{}" syntax: "proto3" {})", name, rest);
}

std::string Field(std::string_view name, int number, std::string_view type) {
  return fmt::format(
      R"(field {{ name: "{}" number: {} label: LABEL_OPTIONAL {} }})", name, number, type
  );
}

constexpr std::string_view kOrder = R"pb(
  package: "acme"
  dependency: "google/protobuf/timestamp.proto"
  message_type {
    name: "Order"
    field {
      name: "order_id"
      number: 1
      type: TYPE_UINT64
      label: LABEL_OPTIONAL
      json_name: "orderId"
    }
    field { name: "photo" number: 2 type: TYPE_BYTES label: LABEL_OPTIONAL json_name: "photo" }
    field { name: "state" number: 3 type: TYPE_ENUM type_name: ".acme.State" label: LABEL_OPTIONAL }
    field {
      name: "made"
      number: 4
      type: TYPE_MESSAGE
      type_name: ".google.protobuf.Timestamp"
      label: LABEL_OPTIONAL
    }
    field { name: "parts" number: 5 type: TYPE_MESSAGE type_name: "Order" label: LABEL_REPEATED }
    field {
      name: "counts"
      number: 6
      type: TYPE_MESSAGE
      type_name: ".acme.Order.CountsEntry"
      label: LABEL_REPEATED
    }
    field { name: "card" number: 7 type: TYPE_STRING label: LABEL_OPTIONAL oneof_index: 0 }
    field { name: "cash" number: 8 type: TYPE_BOOL label: LABEL_OPTIONAL oneof_index: 0 }
    oneof_decl { name: "paid" }
    nested_type {
      name: "CountsEntry"
      field { name: "key" number: 1 type: TYPE_SINT32 label: LABEL_OPTIONAL }
      field { name: "value" number: 2 type: TYPE_DOUBLE label: LABEL_OPTIONAL }
      options { map_entry: true }
    }
  }
  enum_type {
    name: "State"
    value { name: "OPEN" number: 0 }
    value { name: "PAID" number: 1 }
  }
)pb";

constexpr std::string_view kOld = R"pb(
  name: "old.proto"
  message_type {
    name: "Old"
    field { name: "id" number: 1 type: TYPE_INT32 label: LABEL_REQUIRED default_value: "7" }
    field { name: "Part" number: 2 type: TYPE_GROUP type_name: "Part" label: LABEL_OPTIONAL }
    field {
      name: "list"
      number: 3
      type: TYPE_FIXED32
      label: LABEL_REPEATED
      options { packed: true }
    }
    nested_type { name: "Part" }
    extension_range { start: 100 end: 200 }
    reserved_range { start: 50 end: 60 }
    reserved_name: "gone"
  }
  enum_type {
    name: "Twice"
    value { name: "A" number: 1 }
    value { name: "B" number: 1 }
    options { allow_alias: true }
  }
  extension { name: "more" number: 100 type: TYPE_STRING label: LABEL_OPTIONAL extendee: ".Old" }
  service {
    name: "Shop"
    method { name: "Buy" input_type: ".Old" output_type: ".Old" }
  }
  options {
    uninterpreted_option {
      name { name_part: "x" is_extension: true }
      aggregate_value: "a{"
    }
  }
)pb";

// A chain of files, each of which imports the next; the last imports `end`.
std::vector<std::string> Chain(int length, std::string_view kind, std::string_view end) {
  std::vector<std::string> files = {
      File("0.proto", fmt::format(R"({} dependency: "1.proto" message_type {{ name: "M" }})", kind))
  };
  for (int i = 1; i < length; ++i) {
    const std::string next = i + 1 < length ? fmt::format("{}.proto", i + 1) : std::string(end);
    const std::string import =
        next.empty() ? "" : fmt::format(R"({} dependency: "{}")", kind, next);
    files.push_back(File(fmt::format("{}.proto", i), import));
  }
  return files;
}

std::string NestedMessages(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) {
    text += i == 0 ? R"(message_type { name: "M")" : R"( nested_type { name: "M")";
  }
  return text + std::string(static_cast<size_t>(depth), '}');
}

// Every field repeats all values of the enum in the schema.
std::string RepeatedEnum(int fields, int values) {
  std::string text = R"(message_type { name: "M" )";
  for (int i = 1; i <= fields; ++i) {
    text += Field(fmt::format("f{}", i), i, R"(type: TYPE_ENUM type_name: ".E")");
  }
  text += R"(} enum_type { name: "E" )";
  for (int i = 0; i < values; ++i) {
    text += fmt::format(R"(value {{ name: "V{}" number: {} }})", i, i);
  }
  return text + "}";
}

// `count` types, each of which holds the next, and the last one the first.
std::string Ring(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += fmt::format(
        R"(message_type {{ name: "M{}" {}}})",
        i,
        Field("next", 1, fmt::format(R"(type: TYPE_MESSAGE type_name: ".M{}")", (i + 1) % count))
    );
  }
  return text;
}

std::string Repeat(std::string_view part, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += part;
  return text;
}

std::vector<Seed> Seeds() {
  constexpr int kManyParts = 40;
  return {
      {"order", "acme.Order", {File("order.proto", kOrder)}},
      {"old_syntax", "Old", {std::string(kOld)}},
      {"well_known", "google.protobuf.Any", {}},
      {"wrapper", "google.protobuf.Int64Value", {}},
      {"ring_of_types", "M0", {File("ring.proto", Ring(kManyParts))}},
      {"deep_types", "M.M.M", {File("deep.proto", NestedMessages(20))}},
      {"too_deep_types", "M", {File("deep.proto", NestedMessages(60))}},
      {"import_chain", "M", Chain(200, "", "")},
      {"public_import_chain", "M", Chain(200, "public_dependency: 0", "")},
      {"import_cycle", "M", Chain(3, "", "0.proto")},
      {"imports_itself", "M", Chain(2, "", "1.proto")},
      {"missing_import", "M", Chain(2, "", "gone.proto")},
      {"file_twice",
       "M",
       {File("m.proto", R"(message_type { name: "M" })"),
        File("m.proto", R"(message_type { name: "M" })")}},
      {"type_twice",
       "M",
       {File("m.proto", R"(message_type { name: "M" } message_type { name: "M" })")}},
      {"unknown_type",
       "M",
       {File(
           "m.proto",
           fmt::format(
               R"(message_type {{ name: "M" {}}})",
               Field("x", 1, R"(type: TYPE_MESSAGE type_name: ".Gone")")
           )
       )}},
      {"same_json_names",
       "M",
       {File(
           "m.proto",
           fmt::format(
               R"(message_type {{ name: "M" {}{}}})",
               Field("a_b", 1, "type: TYPE_BOOL"),
               Field("aB", 2, "type: TYPE_BOOL")
           )
       )}},
      {"strange_json_name",
       "M",
       {File(
           "m.proto",
           fmt::format(
               R"(message_type {{ name: "M" {}}})",
               Field("x", 1, R"(type: TYPE_BOOL json_name: "\"\n\377")")
           )
       )}},
      {"enum_in_many_fields", "M", {File("m.proto", RepeatedEnum(300, 300))}},
      {"long_package",
       "M",
       {File(
           "m.proto",
           fmt::format(R"(package: "{}a" message_type {{ name: "M" }})", Repeat("a.", 200))
       )}},
  };
}

bool Write(const std::filesystem::path& folder, const Seed& seed) {
  pb::FileDescriptorSet set;
  for (const pb::Descriptor* known :
       {pb::Timestamp::descriptor(), pb::Any::descriptor(), pb::Int64Value::descriptor()}) {
    known->file()->CopyTo(set.add_file());
  }
  for (const std::string& file : seed.files) {
    if (!pb::TextFormat::ParseFromString(file, set.add_file())) return false;
  }
  v1::ProtobufSchema schema;
  schema.set_message_type(seed.message_type);
  schema.set_file_descriptor_set(set.SerializeAsString());
  std::ofstream out(folder / seed.name, std::ios::binary);
  out << ProtobufType::SourceOf(schema);
  return out.good();
}

}  // namespace
}  // namespace extractd

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::filesystem::create_directories(argv[1]);
  for (const extractd::Seed& seed : extractd::Seeds()) {
    if (extractd::Write(argv[1], seed)) continue;
    std::cerr << "could not make " << seed.name << "\n";
    return 1;
  }
  return 0;
}
