// ReplyAssembler: puts a reply together from the chunks of a stream. A whole reply is read as a
// stream of one chunk, so that both ways give the same.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_REPLY_ASSEMBLER_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_REPLY_ASSEMBLER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/chat/chat.h"
#include "server/chat/stream.h"
#include "server/chat/upstream.h"
#include "server/json/value.h"
#include "server/providers/dialects/openai_chat/reasoning_details.h"
#include "server/providers/dialects/openai_chat/think_tag.h"

namespace extractd::providers::openai_chat {

class ReplyAssembler {
 public:
  // Reads the body of a reply. False: it is a failure, or none of a chat.
  bool ReadWhole(const json::Value& body, DeltaSink& sink);
  // Reads the next chunk of a stream. False: it is a failure.
  bool ReadChunk(const json::Value& chunk, DeltaSink& sink);

  // The model has said why it stopped.
  bool finished() const { return !finish_word_.empty(); }
  // The reply, or the failure.
  SendResult Finish(DeltaSink& sink);

 private:
  struct Call {
    std::int64_t wire_index = 0;
    ToolCall call = {};
  };

  bool ReadHead(const json::Value& body, DeltaSink& sink);
  void ReadMessage(const json::Value& message, DeltaSink& sink);
  void ReadContentOf(const json::Value& message, DeltaSink& sink);
  void ReadCalls(const json::Value& message, DeltaSink& sink);
  void ReadCall(std::int64_t wire_index, const json::Value& call, DeltaSink& sink);
  void ReadFunction(size_t index, bool is_new, const json::Value& function, DeltaSink& sink);
  // Where a piece of a call belongs: the place of a call that has begun, or a new one's.
  size_t PlaceOf(std::int64_t wire_index, std::string_view id) const;
  void AddText(std::string_view piece, DeltaSink& sink);
  void AddThinking(std::string_view piece, DeltaSink& sink);
  void AddSplit(const ThinkTag::Split& split, DeltaSink& sink);
  bool Fail(SendFailure failure, std::string message);

  std::optional<SendResult> outcome_;  // instead of the reply
  ChatReply reply_;
  std::string thinking_;
  ReasoningDetails details_;
  std::vector<Call> calls_;
  std::string finish_word_;
  ThinkTag think_tag_;
  bool whole_ = false;
};

}  // namespace extractd::providers::openai_chat

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_REPLY_ASSEMBLER_H_
