#include "server/net/header_list.h"

#include <algorithm>

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>

#include "server/base/strings.h"

namespace extractd::net {
namespace {

bool IsTokenByte(char byte) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return absl::ascii_isalnum(static_cast<unsigned char>(byte)) ||
         kMarks.find(byte) != std::string_view::npos;
}

bool IsValueByte(char byte) {
  return byte == '\t' || !absl::ascii_iscntrl(static_cast<unsigned char>(byte));
}

bool CanBeWritten(const HttpHeader& header) {
  return IsHttpToken(header.name) && std::ranges::all_of(header.value, IsValueByte);
}

bool Has(std::span<const HttpHeader> headers, std::string_view name) {
  return std::ranges::any_of(headers, [&](const HttpHeader& header) {
    return absl::EqualsIgnoreCase(Absl(header.name), Absl(name));
  });
}

}  // namespace

bool IsHttpToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, IsTokenByte);
}

bool HeaderList::Assign(std::span<const HttpHeader> headers) {
  text_.clear();
  starts_.clear();
  nodes_.clear();
  if (!std::ranges::all_of(headers, CanBeWritten)) return false;
  // libcurl's own way to write a header whose value is empty is "name;".
  for (const HttpHeader& header : headers) {
    Append(header.name, header.value.empty() ? ";" : ": ", header.value);
  }
  // "name:" takes back what libcurl would add by itself: a round trip before large bodies, and the
  // content type of HTML forms.
  if (!Has(headers, "expect")) Append("expect", ":", "");
  if (!Has(headers, "content-type")) Append("content-type", ":", "");
  Link();
  return true;
}

void HeaderList::Append(std::string_view name, std::string_view separator, std::string_view value) {
  starts_.push_back(text_.size());
  text_.append(name).append(separator).append(value).push_back('\0');
}

// Only once the text has stopped growing do its lines have an address.
void HeaderList::Link() {
  nodes_.resize(starts_.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].data = text_.data() + starts_[i];
    nodes_[i].next = i + 1 < nodes_.size() ? &nodes_[i + 1] : nullptr;
  }
}

}  // namespace extractd::net
