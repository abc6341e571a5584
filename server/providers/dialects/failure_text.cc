#include "server/providers/dialects/failure_text.h"

#include <fmt/format.h>

#include "server/base/utf8.h"

namespace extractd::providers {

std::string FailureText(SendFailure failure, int http_status, std::string_view said) {
  if (failure == SendFailure::kAuth || said.empty()) {
    return fmt::format("the provider answered with status {}", http_status);
  }
  const std::string text = ReplaceInvalidUtf8(said);
  return fmt::format("the provider says: {}", CutUtf8(text, kMaxQuotedFailureBytes));
}

}  // namespace extractd::providers
