#include "server/engine/spending.h"

#include <algorithm>

namespace extractd {
namespace {

bool IsFree(const Rates& rates) {
  return rates.input == 0 && rates.output == 0 && rates.cached_input.value_or(0) == 0 &&
         rates.cache_write.value_or(0) == 0;
}

// The model may have worked for an answer that never came, or could not be read.
bool MayHaveWorked(const SendResult& sent) {
  switch (sent.failure) {
    case SendFailure::kNone:
    case SendFailure::kMalformed:
    case SendFailure::kTooLarge:
    case SendFailure::kCancelled:
      return true;
    case SendFailure::kTimeout:
      return sent.cause != "connect" && sent.cause != "credentials";
    case SendFailure::kConnection:
      return sent.cause == "reset";
    default:
      return false;
  }
}

}  // namespace

Cost CostOfSend(const Price* price, const SendResult& sent) {
  const Usage& usage = sent.reply.usage;
  const bool counted = usage.input_tokens > 0 || usage.output_tokens > 0;
  if (counted) return CostOf(price, usage);
  const bool free = price != nullptr && IsFree(price->rates);
  if (MayHaveWorked(sent) && !free) return Cost::Unknown();
  return price == nullptr ? Cost() : Cost::Of(0);
}

std::int64_t TokensSaved(const std::vector<Attempt>& attempts) {
  std::int64_t saved = 0;
  std::int64_t following = 0;  // output tokens of the next answer that came whole
  for (auto attempt = attempts.rbegin(); attempt != attempts.rend(); ++attempt) {
    const std::int64_t output = attempt->usage.output_tokens;
    if (attempt->stopped) {
      saved += std::max<std::int64_t>(following - output, 0);
    } else if (attempt->failure == SendFailure::kNone) {
      following = output;
    }
  }
  return saved;
}

}  // namespace extractd
