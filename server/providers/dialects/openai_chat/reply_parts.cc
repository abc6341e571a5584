#include "server/providers/dialects/openai_chat/reply_parts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

#include "server/json/decimal.h"
#include "server/json/read.h"
#include "server/json/write.h"

namespace extractd::providers::openai_chat {
namespace {

// The texts below `list`, whose elements are parts of type "text" or "summary_text".
std::string JoinTexts(const json::Value* list) {
  if (list == nullptr) return {};
  std::string text;
  for (const json::Value& part : *list) text += json::StringMember(part, "text");
  return text;
}

struct FinishName {
  std::string_view name;
  FinishReason reason;
};
constexpr std::array kFinishNames = {
    FinishName{.name = "", .reason = FinishReason::kUnspecified},
    FinishName{.name = "stop", .reason = FinishReason::kStop},
    FinishName{.name = "eos", .reason = FinishReason::kStop},
    FinishName{.name = "length", .reason = FinishReason::kLength},
    FinishName{.name = "model_length", .reason = FinishReason::kLength},
    FinishName{.name = "tool_calls", .reason = FinishReason::kToolCalls},
    FinishName{.name = "function_call", .reason = FinishReason::kToolCalls},
    FinishName{.name = "content_filter", .reason = FinishReason::kContentFilter},
    FinishName{.name = "sensitive", .reason = FinishReason::kContentFilter},
};

// The first of several spellings that is there.
std::int64_t ReadCount(
    const json::Value& usage,
    std::initializer_list<std::initializer_list<std::string_view>> spellings
) {
  for (const auto& path : spellings) {
    const json::Value* count = json::FindPath(usage, path);
    if (count == nullptr || !count->is_number()) continue;
    return std::max<std::int64_t>(0, json::ToInt64(count->number()).value_or(0));
  }
  return 0;
}

}  // namespace

Content ReadContent(const json::Value* content) {
  if (content == nullptr) return {};
  if (content->is_string()) return {.text = std::string(content->string())};
  Content read;
  for (const json::Value& part : *content) {
    const std::string_view type = json::StringMember(part, "type");
    if (type == "text") read.text += json::StringMember(part, "text");
    if (type == "thinking") read.thinking += JoinTexts(part.Find("thinking"));
    if (type == "reasoning") read.thinking += JoinTexts(part.Find("summary"));
  }
  return read;
}

std::string_view ReadThinking(const json::Value& message) {
  const std::string_view text = json::StringMember(message, "reasoning_content");
  return text.empty() ? json::StringMember(message, "reasoning") : text;
}

std::string ReadArguments(const json::Value& function) {
  const json::Value* arguments = function.Find("arguments");
  if (arguments == nullptr || arguments->is_null()) return {};
  return arguments->is_string() ? std::string(arguments->string()) : json::ToText(*arguments);
}

FinishReason ReadFinishReason(std::string_view word) {
  const auto* known = std::ranges::find(kFinishNames, word, &FinishName::name);
  return known == kFinishNames.end() ? FinishReason::kOther : known->reason;
}

bool IsProviderFailure(std::string_view finish_reason) {
  return finish_reason == "error" || finish_reason == "insufficient_system_resource" ||
         finish_reason == "network_error";
}

std::optional<Usage> ReadUsage(const json::Value& body) {
  const json::Value* usage = body.Find("usage");
  if (usage == nullptr || !usage->is_object()) usage = json::FindPath(body, {"x_groq", "usage"});
  if (usage == nullptr || !usage->is_object()) return std::nullopt;
  const std::int64_t input = ReadCount(*usage, {{"prompt_tokens"}});
  // Some do not count thoughts as completion, but all count them in the total.
  const std::int64_t rest = ReadCount(*usage, {{"total_tokens"}}) - input;
  return Usage{
      .input_tokens = input,
      .output_tokens = std::max(rest, ReadCount(*usage, {{"completion_tokens"}})),
      .cached_input_tokens = ReadCount(
          *usage,
          {{"prompt_tokens_details", "cached_tokens"},
           {"prompt_token_details", "cached_tokens"},
           {"prompt_cache_hit_tokens"},
           {"num_cached_tokens"},
           {"cached_tokens"}}
      ),
      .cache_write_input_tokens =
          ReadCount(*usage, {{"prompt_tokens_details", "cache_write_tokens"}}),
      .reasoning_tokens = ReadCount(
          *usage,
          {{"completion_tokens_details", "reasoning_tokens"},
           {"completion_token_details", "reasoning_tokens"},
           {"reasoning_tokens"}}
      ),
  };
}

// Results of a search say more than the list of their addresses.
void ReadSources(const json::Value& body, std::vector<Citation>& citations) {
  const json::Value* results = body.Find("search_results");
  if (results != nullptr && results->size() > 0) {
    for (const json::Value& result : *results) {
      citations.push_back({
          .url = std::string(json::StringMember(result, "url")),
          .title = std::string(json::StringMember(result, "title")),
      });
    }
    return;
  }
  const json::Value* addresses = body.Find("citations");
  if (addresses == nullptr || !addresses->is_array()) return;
  for (const json::Value& address : *addresses) {
    if (address.is_string()) citations.push_back({.url = std::string(address.string())});
  }
}

void ReadAnnotations(const json::Value& message, std::vector<Citation>& citations) {
  const json::Value* annotations = message.Find("annotations");
  if (annotations == nullptr) return;
  for (const json::Value& annotation : *annotations) {
    if (json::StringMember(annotation, "type") != "url_citation") continue;
    const json::Value* nested = annotation.Find("url_citation");
    const json::Value& source = nested != nullptr ? *nested : annotation;
    citations.push_back({
        .url = std::string(json::StringMember(source, "url")),
        .title = std::string(json::StringMember(source, "title")),
    });
  }
}

}  // namespace extractd::providers::openai_chat
