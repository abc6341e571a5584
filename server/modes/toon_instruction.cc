#include "server/modes/toon_instruction.h"

#include <fmt/format.h>

namespace extractd {
namespace {

// A nested object, a table, a list of scalars and a string that must be quoted.
constexpr std::string_view kExampleJson =
    R"({"customer":"Hans Weber","ship_to":{"city":"Bath","zip":"04711"},)"
    R"("lines":[{"article":"chair","count":2},{"article":"table","count":1}],"tags":["new","eu"]})";
constexpr std::string_view kExampleToon =
    "customer: Hans Weber\n"
    "ship_to:\n"
    "  city: Bath\n"
    "  zip: \"04711\"\n"
    "lines[2]{article,count}:\n"
    "  chair,2\n"
    "  table,1\n"
    "tags[2]: new,eu";

}  // namespace

std::string ToonInstruction(std::string_view json_schema) {
  return fmt::format(
      "Extract the data from the conversation. Answer with nothing but one ```toon code block that "
      "holds a value valid under the JSON Schema below. The value is written in TOON, not in "
      "JSON.\n"
      "- Members stand as `key: value`, one a line; those of a nested object two spaces deeper, "
      "under `key:`.\n"
      "- An array of objects with the same keys is a table: `key[rows]{{columns}}:`, then a line "
      "of "
      "values for each row. Other arrays of objects have `key[n]:` and their items below, each "
      "behind `- `. Arrays of scalars stand in one line. An empty array is `key: []`.\n"
      "- Strings are in double quotes only if they hold a comma, colon, quote or bracket, or look "
      "like a number, true, false or null.\n"
      "For example,\n{}\nis\n```toon\n{}\n```\nThe JSON Schema:\n{}",
      kExampleJson,
      kExampleToon,
      json_schema
  );
}

}  // namespace extractd
