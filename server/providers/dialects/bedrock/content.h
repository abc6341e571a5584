// The content blocks of a reply, whole or put together from a stream, and what they mean.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_CONTENT_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_CONTENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/chat/chat.h"
#include "server/json/text_writer.h"
#include "server/json/value.h"

namespace extractd::providers::bedrock_converse {

enum class BlockKind : std::uint8_t {
  kText,
  kToolUse,
  kReasoning,
  kRedacted,  // reasoning that only the provider can read
  kOther,     // kept for the echo
};

struct Block {
  BlockKind kind = BlockKind::kOther;
  std::string text = {};  // of kText and kReasoning
  // Of kReasoning its signature, of kRedacted its content, of kOther its JSON.
  std::string opaque = {};
  std::string tool_id = {};
  std::string tool = {};
  std::string arguments = {};  // JSON text
  bool object = false;         // the arguments are sure to be an object
  // The provider ran the tool itself: no call to us.
  bool server_tool = false;
};

// One block of a whole reply. Citations in it are added to `citations`.
Block ReadBlock(const json::Value& block, std::vector<Citation>& citations);
Citation ReadCitation(const json::Value& citation);

// Makes UTF-8 of what the blocks hold, in which halves of surrogate pairs may stand. True:
// something had to be replaced.
bool MendText(std::vector<Block>& blocks);

// The message that the blocks make: their text, thoughts and calls, and as `verbatim` a JSON array
// of the blocks in the form in which the provider takes them back. That is not always the one in
// which it sends them: it refuses blank texts.
Message MessageOf(const std::vector<Block>& blocks);

// Writes a thought that a caller brings back, as a block. REQUIRES: it is signed or redacted; the
// API takes no others.
void WriteThinking(const Thinking& thinking, json::TextWriter& out);

FinishReason FinishReasonOf(std::string_view stop_reason);
// Of the object `usage`, which may be missing.
Usage UsageOf(const json::Value* usage);

// Nothing but white space, which is no text to this API.
bool IsBlank(std::string_view text);
// The arguments as the object that a tool call must have. What the model wrote may be no object:
// then it is its one member, so that the model sees it again.
std::string ArgumentsObject(std::string_view arguments);

}  // namespace extractd::providers::bedrock_converse

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_CONTENT_H_
