// ReplyAssembler: puts one reply together from its lines; a whole reply is one line.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_OLLAMA_REPLY_ASSEMBLER_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_OLLAMA_REPLY_ASSEMBLER_H_

#include <optional>
#include <string>
#include <string_view>

#include "server/chat/chat.h"
#include "server/chat/stream.h"
#include "server/chat/upstream.h"
#include "server/json/value.h"

namespace extractd::providers::ollama {

class ReplyAssembler {
 public:
  // False: nothing that counts can follow.
  bool Read(const json::Value& line, DeltaSink& sink);
  // The reply is this failure. Always false.
  bool Fail(SendFailure failure, std::string_view message);
  // The reply or the failure; without an end it is malformed.
  SendResult Finish();

 private:
  void ReadMessage(const json::Value& message, DeltaSink& sink);
  void ReadCall(const json::Value& call, DeltaSink& sink);

  std::optional<SendResult> failure_;
  bool ended_ = false;
  std::string thinking_;
  ChatReply reply_;
};

}  // namespace extractd::providers::ollama

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_OLLAMA_REPLY_ASSEMBLER_H_
