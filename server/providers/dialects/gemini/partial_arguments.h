// PartialArguments: the arguments of a call that come as values under paths, in the order of their
// text, put together to JSON text.
//
//   {"jsonPath": "$.lines[0].article", "stringValue": "cha", "willContinue": true}
//   {"jsonPath": "$.lines[0].article", "stringValue": "ir"}
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_PARTIAL_ARGUMENTS_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_PARTIAL_ARGUMENTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/value.h"

namespace extractd::providers::gemini {

class PartialArguments {
 public:
  // A step from a value to one inside it.
  struct Step {
    std::string key = {};
    std::optional<size_t> index = {};  // of an array; else `key` counts
    friend bool operator==(const Step&, const Step&) = default;
  };

  // The text that `piece` adds. Nothing: its path cannot be read, or does not follow the last one.
  std::optional<std::string> Add(const json::Value& piece);

  // The text that ends all that is open; nothing more can be added.
  std::string Close();

 private:
  // Closes what `path` leaves and opens what it enters. False: it does not follow.
  bool MoveTo(std::vector<Step> path, std::string& out);
  void CloseInnermost(std::string& out);
  void AddToString(std::string_view text, bool continues, std::string& out);
  void EndString(std::string& out);

  std::vector<Step> path_;  // of the last value; a container is open for each step
  bool in_string_ = false;
};

}  // namespace extractd::providers::gemini

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_PARTIAL_ARGUMENTS_H_
