// How a model is asked for the rest of an answer whose first items its caller has got already.
#ifndef EXTRACTD_SERVER_ENGINE_STREAM_CONTINUATION_H_
#define EXTRACTD_SERVER_ENGINE_STREAM_CONTINUATION_H_

#include <string>
#include <vector>

#include "server/engine/judge/answer.h"
#include "server/schema/issue.h"

namespace extractd {

// `feedback`: what was wrong with what followed them, in the model's terms; may be empty.
std::string AskForTheRest(const std::vector<Item>& told, const schema::IssueList& feedback);
// The same of calls of several tools, in a reply that broke off.
std::string AskForFurtherCalls(const std::vector<Item>& told);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STREAM_CONTINUATION_H_
