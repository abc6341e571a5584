#include "server/providers/dialects/gemini/partial_arguments.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/json/write.h"

namespace extractd::providers::gemini {
namespace {

using Step = PartialArguments::Step;

// Takes ".name" off the front of `path`.
std::optional<Step> TakeMember(std::string_view& path) {
  const size_t end = std::min(path.find_first_of(".[", 1), path.size());
  if (end == 1) return std::nullopt;
  Step step = {.key = std::string(path.substr(1, end - 1))};
  path.remove_prefix(end);
  return step;
}

// Takes "['name']" or "["name"]" off the front of `path`.
std::optional<Step> TakeQuotedMember(std::string_view& path) {
  const char quote = path[1];
  const std::string closing = {quote, ']'};
  const size_t end = path.find(closing, 2);
  if (end == std::string_view::npos) return std::nullopt;
  Step step = {.key = std::string(path.substr(2, end - 2))};
  path.remove_prefix(end + closing.size());
  return step;
}

// Takes "[7]" off the front of `path`.
std::optional<Step> TakeIndex(std::string_view& path) {
  size_t index = 0;
  const char* end = path.data() + path.size();
  const auto [rest, error] = std::from_chars(path.data() + 1, end, index);
  if (error != std::errc() || rest == end || *rest != ']') return std::nullopt;
  path.remove_prefix(static_cast<size_t>(rest - path.data()) + 1);
  return Step{.index = index};
}

std::optional<Step> TakeStep(std::string_view& path) {
  if (path.front() == '.') return TakeMember(path);
  if (path.front() != '[' || path.size() < 3) return std::nullopt;
  return path[1] == '\'' || path[1] == '"' ? TakeQuotedMember(path) : TakeIndex(path);
}

// "$.lines[0].article". The root is an object, and a value is below it.
std::optional<std::vector<Step>> ReadPath(std::string_view path) {
  std::vector<Step> steps;
  if (!path.starts_with('$')) return std::nullopt;
  path.remove_prefix(1);
  while (!path.empty()) {
    std::optional<Step> step = TakeStep(path);
    if (!step.has_value() || steps.size() == json::kMaxDepth) return std::nullopt;
    steps.push_back(*std::move(step));
  }
  if (steps.empty() || steps.front().index.has_value()) return std::nullopt;
  return steps;
}

size_t SharedSteps(const std::vector<Step>& a, const std::vector<Step>& b) {
  return static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

// Of the value before it in the same container, if there is one: elements come in their order.
bool Follows(const Step& step, const Step* before) {
  if (before != nullptr && before->index.has_value() != step.index.has_value()) return false;
  if (!step.index.has_value()) return true;
  return *step.index == (before == nullptr ? 0 : before->index.value_or(0) + 1);
}

// The bracket of the step's container, where that begins, and the step's key.
void Open(const Step& step, bool container, std::string& out) {
  if (container) out += step.index.has_value() ? '[' : '{';
  if (step.index.has_value()) return;
  json::WriteString(step.key, out);
  out += ':';
}

// The string with its escapes, without quotes.
std::string Inside(std::string_view text) {
  std::string quoted;
  json::WriteString(text, quoted);
  return quoted.substr(1, quoted.size() - 2);
}

// Numbers, true, false and null.
std::optional<std::string> ScalarOf(const json::Value& piece) {
  for (const auto* name : {"numberValue", "boolValue"}) {
    const json::Value* value = piece.Find(name);
    if (value != nullptr && (value->is_number() || value->is_boolean())) {
      return json::ToText(*value);
    }
  }
  if (piece.Find("nullValue") != nullptr) return "null";
  return std::nullopt;
}

bool Continues(const json::Value& piece) {
  const json::Value* more = piece.Find("willContinue");
  return more != nullptr && more->is_boolean() && more->boolean();
}

}  // namespace

std::optional<std::string> PartialArguments::Add(const json::Value& piece) {
  const json::Value* string = piece.Find("stringValue");
  const bool is_string = string != nullptr && string->is_string();
  const std::optional<std::string> scalar = is_string ? std::nullopt : ScalarOf(piece);
  if (!is_string && !scalar.has_value()) return "";  // announces a value
  std::optional<std::vector<Step>> path = ReadPath(json::StringMember(piece, "jsonPath"));
  if (!path.has_value()) return std::nullopt;

  std::string added;
  if (*path == path_) {
    if (!in_string_ || !is_string) return std::nullopt;
  } else {
    if (!MoveTo(*std::move(path), added)) return std::nullopt;
    added += is_string ? "\"" : *scalar;
  }
  if (is_string) AddToString(string->string(), Continues(piece), added);
  return added;
}

void PartialArguments::AddToString(std::string_view text, bool continues, std::string& out) {
  out += Inside(text);
  in_string_ = true;
  if (!continues) EndString(out);
}

bool PartialArguments::MoveTo(std::vector<Step> path, std::string& out) {
  const size_t shared = SharedSteps(path_, path);
  // A value inside a value, or around it, cannot follow it.
  if (shared == path.size() || (shared == path_.size() && !path_.empty())) return false;
  EndString(out);
  while (path_.size() > shared + 1) CloseInnermost(out);
  const bool beside = !path_.empty();
  if (!Follows(path[shared], beside ? &path_.back() : nullptr)) return false;
  if (beside) out += ',';
  for (size_t i = shared; i < path.size(); ++i) {
    if (i > shared && !Follows(path[i], nullptr)) return false;
    Open(path[i], /*container=*/i > shared || !beside, out);
  }
  path_ = std::move(path);
  return true;
}

void PartialArguments::CloseInnermost(std::string& out) {
  out += path_.back().index.has_value() ? ']' : '}';
  path_.pop_back();
}

void PartialArguments::EndString(std::string& out) {
  if (in_string_) out += '"';
  in_string_ = false;
}

std::string PartialArguments::Close() {
  if (path_.empty()) return "{}";
  std::string out;
  EndString(out);
  while (!path_.empty()) CloseInnermost(out);
  return out;
}

}  // namespace extractd::providers::gemini
