// ReplyAssembly: puts a reply together from the responses it came in: one, or as many as its stream
// had events.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_REPLY_ASSEMBLY_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_REPLY_ASSEMBLY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/chat/chat.h"
#include "server/chat/stream.h"
#include "server/chat/upstream.h"
#include "server/json/value.h"
#include "server/providers/dialects/gemini/citations.h"
#include "server/providers/dialects/gemini/partial_arguments.h"

namespace extractd::providers::gemini {

class ReplyAssembly {
 public:
  // Takes the next response and tells `sink`, unless it is null, what it adds. False: it is no
  // response or an error, which Finish says; there is nothing more to take.
  bool Add(const json::Value& response, DeltaSink* sink);

  // What was taken could not be read as it was: bytes had to be replaced.
  void NoteSanitized() { reply_.sanitized = true; }

  // The reply, or why there is none. `partial`: the responses are those of a stream, which is
  // incomplete unless one of them said why the model stopped.
  SendResult Finish(bool partial);

 private:
  // A call whose arguments come in pieces.
  struct OpenCall {
    PartialArguments arguments;
    std::string signature;
  };
  // Counts that are there replace those from before: each response of a stream counts all tokens.
  struct Tokens {
    std::int64_t prompt = 0;
    std::int64_t tool_results = 0;
    std::int64_t answer = 0;
    std::int64_t thoughts = 0;
    std::int64_t cached = 0;
  };

  bool Fail(SendResult failure);
  void ReadTokens(const json::Value& response);
  bool ReadCandidate(const json::Value& candidate, DeltaSink* sink);
  bool ReadPart(const json::Value& part, DeltaSink* sink);
  void ReadText(const json::Value& part, std::string_view text, DeltaSink* sink);
  bool ReadCall(const json::Value& part, const json::Value& call, DeltaSink* sink);
  void ReadWholeCall(const json::Value& call, DeltaSink* sink);
  void KeepCall(const json::Value& part, const json::Value& call);
  bool ReadPieces(const json::Value& part, const json::Value& call, DeltaSink* sink);
  void CloseCall(DeltaSink* sink);
  void Extend(std::string_view piece, DeltaSink* sink);
  void KeepPart(std::string_view json);
  void MendTexts();
  Usage UsageOfTokens() const;

  ChatReply reply_;
  std::string parts_;  // as they came, with commas between them
  CitationReader citations_;
  std::optional<OpenCall> open_call_;
  Tokens tokens_;
  bool answered_ = false;  // there was a candidate, or a reason why there is none
  bool stopped_ = false;
  std::optional<SendResult> failure_;
};

}  // namespace extractd::providers::gemini

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_REPLY_ASSEMBLY_H_
