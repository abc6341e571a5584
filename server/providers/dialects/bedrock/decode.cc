// Reads replies of status 200.
#include <string>
#include <vector>

#include "server/json/read.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "server/providers/dialects/bedrock/content.h"
#include "server/providers/dialects/body_text.h"

namespace extractd::providers::bedrock_converse {
namespace {

SendResult Malformed(std::string_view problem) {
  return {.failure = SendFailure::kMalformed, .message = std::string(problem)};
}

SendResult DecodeRoot(const json::Value& root) {
  if (!root.is_object()) return Malformed("the reply is not a JSON object");
  if (const std::string_view code = json::StringMember(root, "__type"); !code.empty()) {
    return ClassifyError(200, code, json::StringMember(root, "message"), {});
  }
  const json::Value* content = json::FindPath(root, {"output", "message", "content"});
  if (content == nullptr || !content->is_array()) return Malformed("the reply has no message");
  SendResult result;
  std::vector<Block> blocks;
  blocks.reserve(content->size());
  for (const json::Value& block : *content) {
    blocks.push_back(ReadBlock(block, result.reply.citations));
  }
  result.reply.sanitized = MendText(blocks);
  result.reply.message = MessageOf(blocks);
  result.reply.finish_reason = FinishReasonOf(json::StringMember(root, "stopReason"));
  result.reply.usage = UsageOf(root.Find("usage"));
  return result;
}

}  // namespace

SendResult DecodeReply(std::string_view body) {
  const BodyText text = ReadBodyText(body, "the reply");
  if (!text.document.has_value()) return Malformed(text.problem);
  SendResult result = DecodeRoot(text.document->root());
  result.reply.sanitized = result.reply.sanitized || text.sanitized;
  return result;
}

}  // namespace extractd::providers::bedrock_converse
