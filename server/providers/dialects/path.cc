#include "server/providers/dialects/path.h"

#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace extractd::providers {
namespace {

constexpr std::string_view kModel = "{model}";

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c)) {
      encoded += c;
    } else {
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace

std::string PathOf(const ProviderRow& row, const ChatRequest& request) {
  const bool streams = request.stream && !row.stream_path.empty();
  std::string path = streams ? row.stream_path : row.chat_path;
  const size_t at = path.find(kModel);
  if (at != std::string::npos) path.replace(at, kModel.size(), PercentEncoded(request.model));
  return path;
}

bool PathNamesModel(const ProviderRow& row) {
  return row.chat_path.find(kModel) != std::string::npos;
}

}  // namespace extractd::providers
