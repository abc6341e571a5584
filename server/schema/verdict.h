// Verdict: what a model's text is worth under a schema. A wrong answer is a value, not an error: it
// is the normal input of a re-ask.
#ifndef EXTRACTD_SERVER_SCHEMA_VERDICT_H_
#define EXTRACTD_SERVER_SCHEMA_VERDICT_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/repair.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/issue.h"

namespace extractd::schema {

struct JudgeOptions {
  json::MaxLoss max_loss = json::MaxLoss::kLossless;
  bool assert_formats = true;
};

struct Verdict {
  std::string json = {};                   // the answer as JSON text; empty if none was found
  bool valid = false;                      // `json` obeys the schema, within max_loss
  bool truncated = false;                  // the text ends inside a value
  std::vector<json::Repair> repairs = {};  // what turned the text into `json`
  IssueList issues = {};                   // why it is not valid; never empty then
  std::chrono::nanoseconds parse_time{0};
  std::chrono::nanoseconds validate_time{0};
};

// Strict parse and validation first: a good answer comes back byte for byte, without the white
// space around it. Only otherwise the tolerant parser tries; a repair above `max_loss` is not
// applied but becomes an issue (keyword "syntax"). A text that ends open is never closed here.
Verdict Judge(
    const CompiledSchema& schema, std::string_view text, const JudgeOptions& options = {}
);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_VERDICT_H_
