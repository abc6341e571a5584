// Verdict: what a model's text is worth under a schema. A wrong answer is a value, not an error: it
// is the normal input of a re-ask.
#ifndef EXTRACTD_SERVER_SCHEMA_VERDICT_H_
#define EXTRACTD_SERVER_SCHEMA_VERDICT_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <absl/functional/function_ref.h>

#include "server/json/repair.h"
#include "server/json/toon/toon.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/issue.h"
#include "server/schema/lower/lower.h"

namespace extractd::schema {

struct JudgeOptions {
  json::MaxLoss max_loss = json::MaxLoss::kLossless;
  bool assert_formats = true;
  // With kLossy, a text that ends open is closed there, with a repair. For texts that a caller has
  // already; an answer that a model may complete is never closed.
  bool close_truncated = false;
  // The schema that the model was given instead, if its answers differ; outlives the verdict. What
  // it answered is carried back before it is validated.
  const lower::Lowered* lowered = nullptr;
};

struct Verdict {
  std::string json = {};  // the answer as JSON text; empty if there is none within max_loss
  bool valid = false;     // `json` obeys the schema; there are no issues then
  // The text ends inside a value or think block; never valid then, unless it may be closed.
  bool truncated = false;
  std::vector<json::Repair> repairs = {};  // what turned the text into `json`
  IssueList issues = {};                   // why it is not valid; never empty then
  std::chrono::nanoseconds parse_time{0};
  std::chrono::nanoseconds validate_time{0};
};

// Finds what is wrong with a value.
using Validator = absl::FunctionRef<IssueList(const json::Value&)>;

// Strict parse and validation first: a good answer comes back byte for byte, without the white
// space around it. Only what is not JSON, or names a member twice, goes to the tolerant parser:
// never with MaxLoss::kNone, and never a text that ends open, which is not closed here. A repair
// above `max_loss` is not applied, nor are the others; an issue (keyword "syntax") names it. An
// answer to a `lowered` schema that is not null comes back in the caller's form, as compact JSON.
Verdict Judge(
    Validator validate,
    std::string_view text,
    json::MaxLoss max_loss,
    const lower::Lowered* lowered = nullptr
);

// The same; besides, the schema chooses among the values of the text, and what breaks it is coerced
// where that is sure and within `max_loss` (coerce/coerce.h). What cannot be made valid stays as it
// is, with its issues. With a `lowered` schema, coercion follows the carrying back.
Verdict Judge(
    const CompiledSchema& schema, std::string_view text, const JudgeOptions& options = {}
);

// The same for a text that was read already, as TOON: `decoded` is what it says, with the repairs
// that this took, which are within `max_loss`.
Verdict JudgeDecoded(
    const CompiledSchema& schema,
    json::toon::Decoded decoded,
    std::string_view text,
    const JudgeOptions& options
);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_VERDICT_H_
