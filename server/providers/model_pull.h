// Letting a local provider load a model, with its progress.
#ifndef EXTRACTD_SERVER_PROVIDERS_MODEL_PULL_H_
#define EXTRACTD_SERVER_PROVIDERS_MODEL_PULL_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include <absl/status/status.h>

#include "server/base/secret.h"
#include "server/base/task.h"
#include "server/net/http_client.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

struct PullProgress {
  std::string status = {};  // in the provider's words: "pulling manifest"
  std::int64_t completed_bytes = 0;
  std::int64_t total_bytes = 0;  // 0: unknown
};

// Asks the provider of `row`, which has a pull_path, for `model`, and tells `on_progress` what it
// says meanwhile, but not that it is done. `key` may be empty. `total`: zero is no limit; a
// provider that says nothing for ten minutes is given up.
// kUnknownModel: it has no such model; kProviderAuth; kProviderUnavailable: it does not answer, or
// broke off; kCancelled.
Task<absl::Status> PullModel(
    net::HttpClient& client,
    const ProviderRow& row,
    const Secret& key,
    const std::string& model,
    std::chrono::milliseconds total,
    const std::function<void(const PullProgress& progress)>& on_progress
);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_MODEL_PULL_H_
