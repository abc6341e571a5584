// Reads replies of status 200.
#include <string>
#include <utility>
#include <variant>

#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "server/providers/dialects/bedrock/content.h"

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
  result.reply.message = MessageOf(blocks);
  result.reply.finish_reason = FinishReasonOf(json::StringMember(root, "stopReason"));
  result.reply.usage = UsageOf(root.Find("usage"));
  return result;
}

}  // namespace

SendResult DecodeReply(std::string_view body) {
  const json::ParseResult parsed = json::ParseView(body);
  if (const auto* document = std::get_if<json::Document>(&parsed)) {
    return DecodeRoot(document->root());
  }
  if (body.empty()) return Malformed("the reply is empty");
  if (IsValidUtf8(body)) return Malformed("the reply is not JSON");
  const json::ParseResult again = json::Parse(ReplaceInvalidUtf8(body));
  const auto* document = std::get_if<json::Document>(&again);
  if (document == nullptr) return Malformed("the reply is neither UTF-8 nor JSON");
  SendResult result = DecodeRoot(document->root());
  result.reply.sanitized = true;
  return result;
}

}  // namespace extractd::providers::bedrock_converse
