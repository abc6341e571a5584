#include "server/service/extraction/toon_input.h"

#include <variant>

#include <fmt/format.h>

#include "server/base/tokens.h"
#include "server/json/parse.h"
#include "server/json/surrogates.h"
#include "server/json/toon/toon.h"

namespace extractd {

std::optional<ToonInput> ShorterAsToon(std::string_view json) {
  const json::ParseResult parsed =
      json::ParseView(json, {.duplicate_keys = json::DuplicateKeys::kReject});
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr || json::ReplaceUnpairedSurrogates(json).has_value()) return std::nullopt;
  ToonInput input = {.text = fmt::format("```toon\n{}\n```", json::toon::Encode(document->root()))};
  input.saved_tokens = EstimateTokens(json) - EstimateTokens(input.text);
  if (input.saved_tokens <= 0) return std::nullopt;
  return input;
}

}  // namespace extractd
