// What the modes share whose answer is the reply's text.
#ifndef EXTRACTD_SERVER_MODES_TEXT_ANSWER_H_
#define EXTRACTD_SERVER_MODES_TEXT_ANSWER_H_

#include "server/modes/mode_handler.h"

namespace extractd {

class TextAnswerMode : public ModeHandler {
 public:
  absl::StatusOr<std::string_view> Find(const ChatReply& reply) const final;
  void Reask(const ChatReply& reply, const schema::IssueList& issues, ChatRequest& request)
      const final;

 protected:
  ~TextAnswerMode() = default;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_MODES_TEXT_ANSWER_H_
