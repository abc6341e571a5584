#include "server/engine/stream/shown_value.h"

#include <utility>

#include "server/json/write.h"

namespace extractd {

void ShownValue::BeginValue() {
  if (!first_ && !named_) text_ += ',';
  first_ = false;
  named_ = false;
}

void ShownValue::Name(std::string_view name) {
  BeginValue();
  named_ = true;
  json::WriteString(name, text_);
  text_ += ':';
}

void ShownValue::Begin(json::Type type) {
  BeginValue();
  const bool object = type == json::Type::kObject;
  text_ += object ? '{' : '[';
  closers_ += object ? '}' : ']';
  first_ = true;
}

void ShownValue::End() {
  text_ += closers_.back();
  closers_.pop_back();
  first_ = false;
}

void ShownValue::BeginText(std::string_view text) {
  BeginValue();
  json::WriteString(text, text_);
  text_.pop_back();
  in_text_ = true;
}

void ShownValue::AppendText(std::string_view text) {
  std::string quoted;
  json::WriteString(text, quoted);
  text_.append(quoted, 1, quoted.size() - 2);
}

void ShownValue::EndText() {
  text_ += '"';
  in_text_ = false;
}

void ShownValue::Add(std::string_view json) {
  BeginValue();
  text_ += json;
}

void ShownValue::Clear() {
  *this = ShownValue();
}

std::string ShownValue::Text() const {
  if (text_.empty()) return {};
  std::string text;
  text.reserve(text_.size() + closers_.size() + 1);
  text = text_;
  if (in_text_) text += '"';
  text.append(closers_.rbegin(), closers_.rend());
  return text;
}

void ShownValue::NoteComplete(std::string_view path) {
  const auto is_part = [path](std::string_view other) {
    return other.starts_with(path) && (other.size() == path.size() || other[path.size()] == '/');
  };
  while (!complete_paths_.empty() && is_part(complete_paths_.back())) complete_paths_.pop_back();
  complete_paths_.emplace_back(path);
}

}  // namespace extractd
