// Words shared by the modes' correction turns.
#ifndef EXTRACTD_SERVER_MODES_FEEDBACK_H_
#define EXTRACTD_SERVER_MODES_FEEDBACK_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "server/chat/chat.h"
#include "server/schema/issue.h"

namespace extractd {

// A model gets no more than this of what was wrong: long lists are no better understood and cost
// tokens in every further turn.
inline constexpr size_t kMaxFeedbackIssues = 20;
inline constexpr size_t kMaxFeedbackBytes = 4096;

// "- /age: expected integer, got string "abc"\n…", the rest counted. Bounded as above.
std::string DescribeIssues(const schema::IssueList& issues);

// The answer was no JSON at all: more than a part of it is wrong.
bool IsUnreadable(const schema::IssueList& issues);

// Appends the model's answer as text and `correction` as the user's words. An empty answer is not
// repeated: providers reject assistant messages without content.
void AppendTextCorrection(const ChatReply& reply, std::string correction, ChatRequest& request);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_MODES_FEEDBACK_H_
