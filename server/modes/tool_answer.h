// What the modes share whose answer is the arguments of one tool call.
#ifndef EXTRACTD_SERVER_MODES_TOOL_ANSWER_H_
#define EXTRACTD_SERVER_MODES_TOOL_ANSWER_H_

#include <string_view>

#include "server/modes/mode_handler.h"

namespace extractd {

// What a tool is said to do whose schema has no description.
inline constexpr std::string_view kDefaultToolDescription =
    "Records the data extracted from the conversation.";

// Offers the schema as the only tool.
void OfferTool(const SchemaText& schema, ChatRequest& request);

class ToolAnswerMode : public ModeHandler {
 public:
  absl::StatusOr<std::string_view> Find(const ChatReply& reply) const final;
  void Reask(const ChatReply& reply, const schema::IssueList& issues, ChatRequest& request)
      const final;

 protected:
  ~ToolAnswerMode() = default;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_MODES_TOOL_ANSWER_H_
