#include "server/net/reply_reader.h"

#include <algorithm>

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>

#include "server/base/strings.h"

namespace extractd::net {
namespace {

// Taken on the word of a content-length; beyond it the body grows as it comes.
constexpr std::uint64_t kMaxReservedBytes = size_t{1} << 20U;

constexpr size_t kUsualHeaders = 16;

std::string_view Trim(std::string_view text) {
  return Std(absl::StripAsciiWhitespace(Absl(text)));
}

}  // namespace

bool ReplyReader::OnHeaderLine(std::string_view line) {
  header_bytes_ += line.size();
  if (headers_too_large()) return false;
  if (line.starts_with("HTTP/")) {
    Begin();
    return true;
  }
  const bool continues = line.starts_with(' ') || line.starts_with('\t');
  if (continues && !reply_.headers.empty()) {
    reply_.headers.back().value.append(" ").append(Trim(line));
    return true;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;  // the empty line at the end
  const std::string_view value = Trim(line.substr(colon + 1));
  reply_.headers.push_back({ToLower(line.substr(0, colon)), std::string(value)});
  if (reply_.headers.back().name == "content-length") ReserveBody(value);
  return true;
}

bool ReplyReader::OnBody(std::string_view bytes) {
  if (!CountBody(bytes.size())) return false;
  reply_.body.append(bytes);
  return true;
}

bool ReplyReader::CountBody(size_t bytes) {
  if (bytes > max_body_bytes_ - body_bytes_) return false;
  body_bytes_ += bytes;
  return true;
}

void ReplyReader::Begin() {
  reply_.headers.clear();
  reply_.headers.reserve(kUsualHeaders);
  reply_.body.clear();
  body_bytes_ = 0;
}

void ReplyReader::ReserveBody(std::string_view content_length) {
  std::uint64_t length = 0;
  if (!absl::SimpleAtoi(Absl(content_length), &length)) return;
  reply_.body.reserve(std::min({length, std::uint64_t{max_body_bytes_}, kMaxReservedBytes}));
}

}  // namespace extractd::net
