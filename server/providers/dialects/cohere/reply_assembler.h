// ReplyAssembler: puts one reply together, from a whole body or from the events of a stream.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_COHERE_REPLY_ASSEMBLER_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_COHERE_REPLY_ASSEMBLER_H_

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

namespace extractd::providers::cohere {

class ReplyAssembler {
 public:
  void ReadWhole(const json::Value& body, DeltaSink& sink);
  // False: nothing that counts can follow.
  bool ReadEvent(const json::Value& event, DeltaSink& sink);
  // The reply is this failure. Always false.
  bool Fail(SendFailure failure, std::string_view message);
  // The reply or the failure; without an end it is malformed.
  SendResult Finish();

 private:
  // More blocks, calls or citations are no answer to anything that is asked here.
  static constexpr size_t kMaxParts = 1024;

  // A piece of the content, as it goes back in a re-ask.
  struct Block {
    std::int64_t index = 0;
    bool thinking = false;
    std::string text = {};
  };
  struct Call {
    std::int64_t index = 0;
    ToolCall call = {};
  };

  void AddPiece(std::int64_t index, bool thinking, std::string_view piece, DeltaSink& sink);
  void ReadContent(std::int64_t index, const json::Value& part, DeltaSink& sink);
  void ReadCall(std::int64_t index, const json::Value& call, DeltaSink& sink);
  void ReadPlan(const json::Value& message, DeltaSink& sink);
  void ReadCitations(const json::Value& message);
  void ReadEnd(const json::Value& end);
  Block* BlockAt(std::int64_t index, bool thinking);
  // Its place in calls_; kMaxParts: there is no room for another.
  size_t CallAt(std::int64_t index);
  void FillMessage(Message& message) const;
  std::string Verbatim() const;

  std::optional<SendResult> failure_;
  bool ended_ = false;
  std::string finish_word_;
  std::string plan_;
  std::vector<Block> blocks_;
  std::vector<Call> calls_;
  std::vector<Citation> citations_;
  Usage usage_;
};

}  // namespace extractd::providers::cohere

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_COHERE_REPLY_ASSEMBLER_H_
