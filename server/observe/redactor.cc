#include "server/observe/redactor.h"

#include <algorithm>

namespace extractd::observe {
namespace {

using std::chrono::steady_clock;

constexpr size_t kMinSecretBytes = 6;

}  // namespace

void Redactor::Protect(const Secret& secret) {
  ProtectUntil(secret, steady_clock::time_point::max());
}

void Redactor::ProtectFor(const Secret& secret, std::chrono::seconds life) {
  ProtectUntil(secret, steady_clock::now() + life);
}

void Redactor::ProtectUntil(const Secret& secret, SteadyTime until) {
  if (secret.Reveal().size() < kMinSecretBytes) return;
  const auto now = steady_clock::now();
  const absl::MutexLock lock(&mutex_);
  std::erase_if(secrets_, [now](const Guarded& known) { return known.until < now; });
  const auto known = std::ranges::find(secrets_, secret, &Guarded::secret);
  if (known == secrets_.end()) {
    secrets_.push_back({secret, until});
  } else {
    known->until = std::max(known->until, until);
  }
}

bool Redactor::HoldsSecret(std::string_view text) const {
  const absl::ReaderMutexLock lock(&mutex_);
  return std::ranges::any_of(secrets_, [text](const Guarded& known) {
    return text.find(known.secret.Reveal()) != std::string_view::npos;
  });
}

std::string Redactor::Redact(std::string_view text) const {
  std::string out(text);
  const absl::ReaderMutexLock lock(&mutex_);
  for (const Guarded& known : secrets_) out = known.secret.ScrubFrom(out);
  return out;
}

}  // namespace extractd::observe
