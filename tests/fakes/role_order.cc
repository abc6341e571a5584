#include "tests/fakes/role_order.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "server/json/read.h"

namespace extractd::fakes {
namespace {

// One message as far as order goes.
struct Step {
  Role role = Role::kUser;
  std::vector<std::string> calls = {};    // ids of calls that it makes
  std::vector<std::string> results = {};  // ids of calls that it answers
  bool empty = false;
  bool text_before_result = false;
};

using Steps = std::vector<Step>;

// Takes the ids that `step` answers out of `open`; what is wrong, if anything.
std::string Answer(const Step& step, size_t at, std::vector<std::string>& open) {
  if (step.text_before_result) return fmt::format("message {}: text before a tool result", at);
  for (const std::string& id : step.results) {
    const auto call = std::ranges::find(open, id);
    if (call == open.end()) return fmt::format("message {}: a result of no call '{}'", at, id);
    open.erase(call);
  }
  return {};
}

std::string ProblemOf(const Steps& steps) {
  std::vector<std::string> open;
  const Step* before = nullptr;
  for (size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    if (std::string problem = Answer(step, i, open); !problem.empty()) return problem;
    if (step.results.empty() && !open.empty()) {
      return fmt::format("message {}: the call '{}' has no result", i, open.front());
    }
    if (step.role == Role::kAssistant) {
      if (step.empty) return fmt::format("message {}: an empty assistant message", i);
      if (before != nullptr && before->role == Role::kAssistant) {
        return fmt::format("message {}: two assistant messages in a row", i);
      }
    }
    open.insert(open.end(), step.calls.begin(), step.calls.end());
    before = &step;
  }
  if (!open.empty()) return fmt::format("the call '{}' has no result", open.front());
  if (before != nullptr && before->role == Role::kAssistant) return "an assistant message is last";
  return {};
}

Role RoleOf(std::string_view name) {
  if (name == "system" || name == "developer") return Role::kSystem;
  if (name == "assistant" || name == "model" || name == "chatbot") return Role::kAssistant;
  return name == "tool" ? Role::kTool : Role::kUser;
}

std::string Text(std::string_view text) {
  return std::string(text);
}

// A block of content: {"type":"tool_use",…}, {"toolUse":{…}}, {"type":"tool_result",…} …
void AddBlock(const json::Value& block, Step& step, bool& seen_text) {
  const std::string_view type = json::StringMember(block, "type");
  if (type == "tool_use") {
    step.calls.push_back(Text(json::StringMember(block, "id")));
  } else if (const json::Value* use = block.Find("toolUse")) {
    step.calls.push_back(Text(json::StringMember(*use, "toolUseId")));
  } else if (type == "tool_result") {
    step.results.push_back(Text(json::StringMember(block, "tool_use_id")));
    step.text_before_result = step.text_before_result || seen_text;
  } else if (const json::Value* result = block.Find("toolResult")) {
    step.results.push_back(Text(json::StringMember(*result, "toolUseId")));
    step.text_before_result = step.text_before_result || seen_text;
  } else {
    seen_text = true;
  }
}

// What stands in a message's content; whether anything does.
bool AddContent(const json::Value& message, Step& step) {
  const json::Value* content = message.Find("content");
  if (content == nullptr || content->is_string()) {
    return content != nullptr && !content->string().empty();
  }
  bool seen_text = false;
  for (const json::Value& block : *content) AddBlock(block, step, seen_text);
  return content->size() > 0;
}

Step StepOf(const json::Value& message) {
  Step step = {.role = RoleOf(json::StringMember(message, "role"))};
  const bool has_content = AddContent(message, step);
  if (const json::Value* calls = message.Find("tool_calls")) {
    for (const json::Value& call : *calls) {
      step.calls.push_back(Text(json::StringMember(call, "id")));
    }
  }
  if (step.role == Role::kTool && step.results.empty()) {
    step.results.push_back(Text(json::StringMember(message, "tool_call_id")));
  }
  step.empty = !has_content && step.calls.empty();
  return step;
}

// Items of the responses API: messages, calls and results are all of one list.
Step StepOfItem(const json::Value& item) {
  const std::string_view type = json::StringMember(item, "type");
  const std::string id = Text(json::StringMember(item, "call_id"));
  if (type == "function_call") return {.role = Role::kAssistant, .calls = {id}};
  if (type == "function_call_output") return {.role = Role::kTool, .results = {id}};
  if (type == "reasoning") return {.role = Role::kAssistant};
  return StepOf(item);
}

// Of what one reply was there come several items, one after the other.
Steps Merged(const Steps& items) {
  Steps steps;
  for (const Step& item : items) {
    const bool joins =
        !steps.empty() && steps.back().role == Role::kAssistant && item.role == Role::kAssistant;
    if (!joins) {
      steps.push_back(item);
      continue;
    }
    steps.back().calls.insert(steps.back().calls.end(), item.calls.begin(), item.calls.end());
    steps.back().empty = steps.back().empty && item.empty;
  }
  return steps;
}

// Gemini's calls have names and no ids; several of a name are told apart by their order.
Step StepOfContent(const json::Value& content) {
  Step step = {.role = RoleOf(json::StringMember(content, "role"))};
  const json::Value* parts = content.Find("parts");
  if (parts == nullptr || parts->size() == 0) return {.role = step.role, .empty = true};
  for (const json::Value& part : *parts) {
    if (const json::Value* call = part.Find("functionCall")) {
      step.calls.push_back(Text(json::StringMember(*call, "name")));
    } else if (const json::Value* response = part.Find("functionResponse")) {
      step.results.push_back(Text(json::StringMember(*response, "name")));
    }
  }
  return step;
}

}  // namespace

std::string RoleOrderProblem(const std::vector<Message>& messages) {
  Steps steps;
  for (const Message& message : messages) {
    Step step = {.role = message.role};
    for (const ToolCall& call : message.tool_calls) step.calls.push_back(call.id);
    if (message.role == Role::kTool) step.results.push_back(message.tool_call_id);
    step.empty = message.text.empty() && message.tool_calls.empty() && message.verbatim.empty();
    steps.push_back(std::move(step));
  }
  return ProblemOf(steps);
}

std::string RoleOrderProblem(const json::Value& body) {
  Steps steps;
  if (const json::Value* messages = body.Find("messages")) {
    for (const json::Value& message : *messages) steps.push_back(StepOf(message));
  } else if (const json::Value* input = body.Find("input")) {
    for (const json::Value& item : *input) steps.push_back(StepOfItem(item));
    steps = Merged(steps);
  } else if (const json::Value* contents = body.Find("contents")) {
    for (const json::Value& content : *contents) steps.push_back(StepOfContent(content));
  }
  return ProblemOf(steps);
}

}  // namespace extractd::fakes
