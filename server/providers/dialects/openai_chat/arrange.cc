#include "server/providers/dialects/openai_chat/arrange.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include <xxhash.h>

namespace extractd::providers::openai_chat {
namespace {

constexpr std::string_view kBetween = "\n\n";
constexpr size_t kShortIdBytes = 9;
constexpr std::string_view kIdLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

void AppendTo(Message& first, Message second) {
  if (!first.text.empty() && !second.text.empty()) first.text += kBetween;
  const size_t offset = first.text.size();
  first.text += second.text;
  for (Media& media : second.media) {
    media.text_offset += offset;
    first.media.push_back(std::move(media));
  }
  std::ranges::move(second.thinking, std::back_inserter(first.thinking));
}

// All system messages as one, in front.
std::vector<Message> WithOneSystemMessage(std::vector<Message> messages) {
  std::vector<Message> arranged;
  arranged.reserve(messages.size());
  bool has_system = false;
  for (Message& message : messages) {
    if (message.role != Role::kSystem) {
      arranged.push_back(std::move(message));
    } else if (has_system) {
      AppendTo(arranged.front(), std::move(message));
    } else {
      arranged.insert(arranged.begin(), std::move(message));
      has_system = true;
    }
  }
  return arranged;
}

bool CanMerge(const Message& first, const Message& second) {
  return first.role == second.role && first.role != Role::kTool && first.tool_calls.empty() &&
         second.tool_calls.empty();
}

std::vector<Message> WithMergedRoles(std::vector<Message> messages) {
  std::vector<Message> arranged;
  arranged.reserve(messages.size());
  for (Message& message : messages) {
    if (!arranged.empty() && CanMerge(arranged.back(), message)) {
      AppendTo(arranged.back(), std::move(message));
    } else {
      arranged.push_back(std::move(message));
    }
  }
  return arranged;
}

// The run of tool messages that begins at `begin` ends where this points.
size_t EndOfResults(const std::vector<Message>& messages, size_t begin) {
  size_t end = begin;
  while (end < messages.size() && messages[end].role == Role::kTool) ++end;
  return end;
}

// assistant(a, b) tool(a) tool(b) becomes assistant(a) tool(a) assistant(b) tool(b).
std::vector<Message> WithSplitCalls(std::vector<Message> messages) {
  std::vector<Message> arranged;
  arranged.reserve(messages.size());
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].tool_calls.size() < 2) {
      arranged.push_back(std::move(messages[i]));
      continue;
    }
    const size_t end = EndOfResults(messages, i + 1);
    size_t result = i + 1;
    std::vector<ToolCall> calls = std::move(messages[i].tool_calls);
    Message head = std::move(messages[i]);
    for (ToolCall& call : calls) {
      head.tool_calls = {std::move(call)};
      arranged.push_back(std::exchange(head, {.role = Role::kAssistant}));
      if (result < end) arranged.push_back(std::move(messages[result++]));
    }
    while (result < end) arranged.push_back(std::move(messages[result++]));
    i = end - 1;
  }
  return arranged;
}

void MakeResultsTheUsers(std::vector<Message>& messages) {
  for (Message& message : messages) {
    if (message.role != Role::kTool) continue;
    message.role = Role::kUser;
    message.tool_call_id.clear();
  }
}

void ShortenCallIds(std::vector<Message>& messages) {
  for (Message& message : messages) {
    for (ToolCall& call : message.tool_calls) call.id = ShortCallId(call.id);
    if (message.role == Role::kTool) message.tool_call_id = ShortCallId(message.tool_call_id);
  }
}

}  // namespace

bool NeedsArranging(const ProviderRow& row) {
  return row.one_system_message || row.merges_roles || row.splits_parallel_calls ||
         row.tool_results_from_user || row.short_call_ids;
}

std::vector<Message> Arrange(const ProviderRow& row, std::vector<Message> messages) {
  if (row.short_call_ids) ShortenCallIds(messages);
  if (row.splits_parallel_calls) messages = WithSplitCalls(std::move(messages));
  if (row.tool_results_from_user) MakeResultsTheUsers(messages);
  if (row.one_system_message) messages = WithOneSystemMessage(std::move(messages));
  if (row.merges_roles) messages = WithMergedRoles(std::move(messages));
  return messages;
}

std::string ShortCallId(std::string_view id) {
  const bool fits = id.size() == kShortIdBytes && std::ranges::all_of(id, [](char c) {
                      return kIdLetters.find(c) != std::string_view::npos;
                    });
  if (fits) return std::string(id);
  std::uint64_t hash = XXH3_64bits(id.data(), id.size());
  std::string short_id;
  for (size_t i = 0; i < kShortIdBytes; ++i) {
    short_id += kIdLetters[hash % kIdLetters.size()];
    hash /= kIdLetters.size();
  }
  return short_id;
}

}  // namespace extractd::providers::openai_chat
