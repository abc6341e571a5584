// Reads replies of the Messages protocol, and the parts of them that streams have, too.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_DECODE_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_DECODE_H_

#include <cstdint>
#include <string_view>

#include "server/chat/chat.h"
#include "server/chat/upstream.h"
#include "server/json/value.h"

namespace extractd::providers::anthropic {

// A body of status 200.
SendResult DecodeReply(std::string_view body);

// Tokens as the protocol counts them: cached ones apart from the others.
struct TokenCounts {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cache_read = 0;
  std::int64_t cache_write = 0;
  std::int64_t thinking = 0;
};
// Those that `usage` has take the place of earlier ones. Null: none.
void ReadCounts(const json::Value* usage, TokenCounts& counts);
Usage UsageOf(const TokenCounts& counts);

// Reads the list of content blocks into text, calls, thoughts, citations and verbatim.
void ReadContent(const json::Value& content, ChatReply& reply);

// Reads `stop_reason` and `stop_details` of `stopped`, and says with them what a refusal said.
// REQUIRES: the content has been read.
void ReadStop(const json::Value& stopped, ChatReply& reply);

}  // namespace extractd::providers::anthropic

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_DECODE_H_
