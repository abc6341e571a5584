// The verdict on an answer that was asked for in TOON.
#ifndef EXTRACTD_SERVER_SCHEMA_TOON_VERDICT_H_
#define EXTRACTD_SERVER_SCHEMA_TOON_VERDICT_H_

#include <string_view>

#include "server/schema/verdict.h"

namespace extractd::schema {

struct ToonVerdict {
  Verdict verdict = {};
  bool toon = false;  // the answer was read as TOON; else it was, or could only be, JSON
};

// Reads TOON from the last code block of `text`, or from all of it: strictly, else leniently within
// max_loss, where each change is a repair. What breaks the schema is coerced as Judge does. What is
// JSON, or is valid only as such, is judged as Judge does, too: models fall back to it. A text that
// is both only with coercion is TOON if it has nothing of JSON.
ToonVerdict JudgeToon(
    const CompiledSchema& schema, std::string_view text, const JudgeOptions& options = {}
);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_TOON_VERDICT_H_
