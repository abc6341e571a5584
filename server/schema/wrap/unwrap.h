// Unwrapping: a verdict on an answer to a wrapping schema, as one on what the caller asked for.
#ifndef EXTRACTD_SERVER_SCHEMA_WRAP_UNWRAP_H_
#define EXTRACTD_SERVER_SCHEMA_WRAP_UNWRAP_H_

#include <optional>
#include <string>
#include <vector>

#include "server/json/repair.h"
#include "server/schema/issue.h"
#include "server/schema/verdict.h"
#include "server/schema/wrap/wrap.h"

namespace extractd::schema {

struct UnwrappedItem {
  std::string json = {};
  std::vector<json::Repair> repairs = {};  // in it; paths relative to it
};

struct Unwrapped {
  // `json` is the value, empty for lists and where there is none; paths are the caller's.
  Verdict verdict = {};
  std::vector<UnwrappedItem> items = {};          // kList
  std::optional<std::string> absent_reason = {};  // kMaybe without a value
  IssueList wrapped_issues = {};  // those of the verdict as the model knows the places
};

// A value of kMaybe that is neither there nor said to be missing is an issue.
Unwrapped Unwrap(Wrapping wrapping, Verdict verdict);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_WRAP_UNWRAP_H_
