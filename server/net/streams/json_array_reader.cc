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
  const char c = bytes[at];
  if (IsBlank(c) || place_ == Place::kBehind) return at + 1;
  if (place_ == Place::kBefore && c == '[') {
    place_ = Place::kBetween;
    in_array_ = true;
    return at + 1;
  }
  if (place_ == Place::kBetween && c == ',') return at + 1;
  if (place_ == Place::kBetween && c == ']') {
    place_ = Place::kBehind;
    return at + 1;
  }
  if (c == ']' || c == '}' || c == ',' || c == ':') {
    progress_ = Progress::kMalformed;
    return at;
  }
  place_ = Place::kInside;
  return at;
}

size_t JsonArrayReader::ReadElement(std::string_view bytes, size_t at, OnEvent on_event) {
  const size_t begin = at;
  const size_t room = max_event_bytes_ - element_.size();
  bool ended = false;
  bool takes_last = true;  // the byte that ends it belongs to it
  for (; at < bytes.size() && !ended; ++at) {
    const char c = bytes[at];
    const bool plain = depth_ == 0 && !in_string_;
    if (plain && (c == ',' || c == ']' || IsBlank(c))) {  // behind a number or word
      takes_last = false;
      break;
    }
    if (plain && c == '}') {
      progress_ = Progress::kMalformed;
      return at;
    }
    if (at - begin == room) {
      progress_ = Progress::kTooLarge;
      return at;
    }
    ended = EndsElement(c);
  }
  const std::string_view read = bytes.substr(begin, at - begin);
  if (!ended && takes_last) {
    element_ += read;
    return at;
  }
  if (element_.empty()) {
    HandOver(read, on_event);
  } else {
    element_ += read;
    HandOver(std::exchange(element_, {}), on_event);
  }
  return at;
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
