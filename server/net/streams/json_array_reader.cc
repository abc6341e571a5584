#include "server/net/streams/json_array_reader.h"

#include <utility>

namespace extractd::net {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

EventReader::Progress JsonArrayReader::Read(std::string_view bytes, OnEvent on_event) {
  size_t at = 0;
  while (at < bytes.size() && progress_ == Progress::kGoesOn) {
    at = place_ == Place::kInside ? ReadElement(bytes, at, on_event) : SkipOutside(bytes, at);
  }
  return progress_;
}

EventReader::Progress JsonArrayReader::Finish(OnEvent on_event) {
  // A value that is not closed is none; a number or word ends with the body.
  if (progress_ == Progress::kGoesOn && place_ == Place::kInside && depth_ == 0 && !in_string_) {
    HandOver(std::exchange(element_, {}), on_event);
  }
  return progress_;
}

size_t JsonArrayReader::SkipOutside(std::string_view bytes, size_t at) {
  constexpr std::string_view kNoBeginnings = "]},:";
  const char c = bytes[at];
  if (IsBlank(c) || place_ == Place::kBehind) return at + 1;
  if (place_ == Place::kBefore && c == '[') {
    place_ = Place::kBetween;
    in_array_ = true;
    return at + 1;
  }
  if (place_ == Place::kBetween && (c == ',' || c == ']')) {
    if (c == ']') place_ = Place::kBehind;
    return at + 1;
  }
  if (kNoBeginnings.find(c) != std::string_view::npos) {
    progress_ = Progress::kMalformed;
  } else {
    place_ = Place::kInside;
  }
  return at;
}

size_t JsonArrayReader::ReadElement(std::string_view bytes, size_t at, OnEvent on_event) {
  const size_t begin = at;
  const size_t room = max_event_bytes_ - element_.size();
  Step step = Step::kGoesOn;
  for (; at < bytes.size() && step == Step::kGoesOn; ++at) {
    step = StepOver(bytes[at]);
    if (step == Step::kEndsBefore) break;
    if (step == Step::kFails || at - begin == room) {
      progress_ = step == Step::kFails ? Progress::kMalformed : Progress::kTooLarge;
      return at;
    }
  }
  const std::string_view read = bytes.substr(begin, at - begin);
  if (step == Step::kGoesOn) {
    element_ += read;
  } else if (element_.empty()) {
    HandOver(read, on_event);
  } else {
    element_ += read;
    HandOver(std::exchange(element_, {}), on_event);
  }
  return at;
}

JsonArrayReader::Step JsonArrayReader::StepOver(char c) {
  if (depth_ == 0 && !in_string_) {
    if (c == ',' || c == ']' || IsBlank(c)) return Step::kEndsBefore;
    if (c == '}') return Step::kFails;
  }
  return EndsElement(c) ? Step::kEnds : Step::kGoesOn;
}

bool JsonArrayReader::EndsElement(char c) {
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
      return depth_ == 0;
    }
    return false;
  }
  if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    return --depth_ == 0;
  }
  return false;
}

void JsonArrayReader::HandOver(std::string_view element, OnEvent on_event) {
  place_ = in_array_ ? Place::kBetween : Place::kBehind;
  if (!on_event("", element)) progress_ = Progress::kEnded;
}

}  // namespace extractd::net
