// The list of models that a provider gives: what a local server has loaded, what a key may use.
#ifndef EXTRACTD_SERVER_PROVIDERS_MODEL_LIST_H_
#define EXTRACTD_SERVER_PROVIDERS_MODEL_LIST_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/base/secret.h"
#include "server/base/task.h"
#include "server/net/http_client.h"
#include "server/registry/capability.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

struct ListedModel {
  std::string name = {};
  CapabilitySet capabilities = {};    // that the list names; of kVision, kReasoning
  std::int64_t max_input_tokens = 0;  // 0: the list does not say
};

// Reads a list in any of its forms: {"data": [{"id"}]} as at OpenAI and its likes, {"models":
// [{"name"}]} as at Ollama, Cohere and Gemini. What a list says is no chat model is left out. At
// most 10,000 are read. kProviderMalformed: it is no list.
absl::StatusOr<std::vector<ListedModel>> ReadModelList(std::string_view body);

// Asks the provider of `row`, which has a models_path. `key` may be empty.
// kProviderUnavailable: it does not answer, or says 5xx; kProviderAuth: 401 or 403;
// kProviderMalformed: anything else that is no list.
Task<absl::StatusOr<std::vector<ListedModel>>> FetchModelList(
    net::HttpClient& client,
    const ProviderRow& row,
    const Secret& key,
    std::chrono::milliseconds patience
);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_MODEL_LIST_H_
