#include <algorithm>
#include <string>
#include <string_view>

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include "server/providers/dialects/gemini/gemini.h"

namespace extractd::providers::gemini {
namespace {

constexpr std::string_view kPlace = "{model}";
// Of rows whose path has no place for the model, which are those that leave it at its default.
constexpr std::string_view kUsualPath = "/models/{model}";

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' ||
         c == '~';
}

std::string Escaped(std::string_view text, bool keep_slashes) {
  std::string escaped;
  for (const char c : text) {
    if (IsUnreserved(c) || (keep_slashes && c == '/')) {
      escaped += c;
    } else {
      escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return escaped;
}

// "tunedModels/x", "endpoints/7". The name comes from the caller: one with "..", or with nothing
// between two slashes, would lead out of the models.
bool IsResource(std::string_view model) {
  size_t segments = 0;
  for (size_t begin = 0; begin <= model.size(); ++segments) {
    const size_t end = std::min(model.find('/', begin), model.size());
    const std::string_view segment = model.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") return false;
    begin = end + 1;
  }
  return segments > 1;
}

std::string ModelPath(const ProviderRow& row, std::string_view model) {
  if (IsResource(model)) return "/" + Escaped(model, /*keep_slashes=*/true);
  std::string path = row.chat_path;
  if (path.find(kPlace) == std::string::npos) path = kUsualPath;
  return path.replace(path.find(kPlace), kPlace.size(), Escaped(model, /*keep_slashes=*/false));
}

}  // namespace

std::string Path(const ProviderRow& row, const ChatRequest& request) {
  // Without `alt` the events would come as one JSON array.
  return ModelPath(row, request.model) +
         (request.stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
}

}  // namespace extractd::providers::gemini
