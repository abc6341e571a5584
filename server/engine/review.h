// Reviewer: somebody who has the last word on answers that obey their schema.
#ifndef EXTRACTD_SERVER_ENGINE_REVIEW_H_
#define EXTRACTD_SERVER_ENGINE_REVIEW_H_

#include <absl/status/statusor.h>

#include "server/base/task.h"
#include "server/engine/plan.h"
#include "server/schema/issue.h"

namespace extractd {

struct Extraction;

// A valid answer that waits for its review.
struct Candidate {
  const Plan& plan;
  const Extraction& extraction;  // as it is if the answer is taken
  int reasks_left;               // if it is not
};

class Reviewer {
 public:
  // Without an issue the answer is taken; else the model is asked again with them, their paths
  // being those of the caller's value. An error ends the call.
  virtual Task<absl::StatusOr<schema::IssueList>> Review(const Candidate& candidate) = 0;

 protected:
  ~Reviewer() = default;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_REVIEW_H_
