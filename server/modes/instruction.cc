#include "server/modes/instruction.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace extractd {
namespace {

// Nested object, list and numbers in one sentence: what small models get wrong most.
constexpr std::string_view kExampleText =
    "Order 4711: Hans Weber ordered 2 chairs and 1 table on 3 May, shipped to 8 Elm Street in "
    "Bath.";
constexpr std::string_view kExampleOutline =
    "{customer?: string, ship_to?: {street?: string, city?: string}, "
    "lines?: {article?: string, count?: integer}[]}";
constexpr std::string_view kExampleAnswer =
    R"({"customer":"Hans Weber","ship_to":{"street":"8 Elm Street","city":"Bath"},)"
    R"("lines":[{"article":"chairs","count":2},{"article":"table","count":1}]})";

std::string Joined(std::string_view text, std::string_view instruction) {
  return text.empty() ? std::string(instruction) : fmt::format("{}\n\n{}", text, instruction);
}

void AddToLastUserMessage(std::string_view instruction, ChatRequest& request) {
  std::vector<Message>& messages = request.messages;
  if (messages.empty() || messages.back().role != Role::kUser) {
    messages.push_back({.role = Role::kUser, .text = std::string(instruction)});
    return;
  }
  messages.back().text = Joined(messages.back().text, instruction);
}

void AddToSystemMessage(std::string_view instruction, ChatRequest& request) {
  std::vector<Message>& messages = request.messages;
  if (messages.empty() || messages.front().role != Role::kSystem) {
    messages.insert(messages.begin(), {.role = Role::kSystem, .text = std::string(instruction)});
    return;
  }
  messages.front().text = Joined(messages.front().text, instruction);
}

}  // namespace

void AddInstruction(std::string_view instruction, const AskStyle& style, ChatRequest& request) {
  style.instruct_last ? AddToLastUserMessage(instruction, request)
                      : AddToSystemMessage(instruction, request);
}

void FreeToolUse(const AskStyle& style, ChatRequest& request) {
  request.tool_use = ToolUse::kFree;
  if (request.tools.size() > 1) {
    return AddInstruction(
        "Extract the data from the conversation: call the tools with it, and answer with nothing "
        "but calls.",
        style,
        request
    );
  }
  AddInstruction(
      fmt::format(
          "Extract the data from the conversation: when you have thought, call the tool '{}' once "
          "with it.",
          request.tools.front().name
      ),
      style,
      request
  );
}

void AddWorkedExample(std::string_view wording, ChatRequest& request) {
  std::vector<Message>& messages = request.messages;
  const auto first_turn = std::ranges::find_if(messages, [](const Message& message) {
    return message.role != Role::kSystem;
  });
  std::string question = fmt::format("{}\n\n{}{}", kExampleText, wording, kExampleOutline);
  const auto answer_at =
      messages.insert(first_turn, {.role = Role::kAssistant, .text = std::string(kExampleAnswer)});
  messages.insert(answer_at, {.role = Role::kUser, .text = std::move(question)});
}

}  // namespace extractd
