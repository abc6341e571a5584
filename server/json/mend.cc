#include "server/json/mend.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "server/json/lexical.h"
#include "server/json/parse.h"
#include "server/json/tolerant.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::variant<Mended, MendFailure> Mend(std::string_view text, MaxLoss max_loss) {
  const std::string_view trimmed = Trim(text);
  const ParseResult strict = ParseView(trimmed, {.duplicate_keys = DuplicateKeys::kReject});
  if (std::holds_alternative<Document>(strict)) return Mended{.json = std::string(trimmed)};
  if (max_loss == MaxLoss::kNone) {
    const auto& error = std::get<ParseError>(strict);
    const auto skipped = static_cast<size_t>(trimmed.data() - text.data());
    return MendFailure{.message = std::string(error.message), .offset = error.offset + skipped};
  }
  TolerantResult result = ParseTolerant(text);
  if (!result.document.has_value()) {
    return MendFailure{.message = std::string(result.error), .offset = result.error_offset};
  }
  const auto loss = std::ranges::find(result.repairs, false, &Repair::lossless);
  if (loss != result.repairs.end() && max_loss != MaxLoss::kLossy) {
    return MendFailure{
        .message = fmt::format("is JSON only with a change that loses data ({})", loss->kind),
        .offset = result.error_offset,
    };
  }
  return Mended{.json = ToText(result.document->root()), .repairs = std::move(result.repairs)};
}

}  // namespace extractd::json
