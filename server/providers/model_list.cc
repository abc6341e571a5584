#include "server/providers/model_list.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/json/read.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/row_request.h"

namespace extractd::providers {
namespace {

constexpr size_t kMaxModels = 10'000;
constexpr size_t kMaxListBytes = size_t{8} << 20U;

bool ListHas(const json::Value* list, std::string_view word) {
  if (list == nullptr || !list->is_array()) return false;
  return std::ranges::any_of(list->begin(), list->end(), [word](const json::Value& element) {
    return element.is_string() && element.string() == word;
  });
}

// Of the names in lists that give resources: "models/x" is the model "x".
constexpr std::string_view kModelFolder = "models/";

// Lists that say what a model is for name those that chat so: Ollama's "completion", Cohere's
// "chat", Gemini's "generateContent".
bool Chats(const json::Value& model) {
  const json::Value* capabilities = model.Find("capabilities");
  if (capabilities != nullptr && capabilities->is_array() && capabilities->size() > 0) {
    return ListHas(capabilities, "completion");
  }
  const json::Value* methods = model.Find("supportedGenerationMethods");
  if (methods != nullptr) return ListHas(methods, "generateContent");
  const json::Value* endpoints = model.Find("endpoints");
  return endpoints == nullptr || ListHas(endpoints, "chat");
}

std::int64_t ContextOf(const json::Value& model) {
  for (const auto* key : {"context_length", "max_model_len", "context_window", "inputTokenLimit"}) {
    if (const auto tokens = json::IntegerMember(model, key))
      return std::max<std::int64_t>(0, *tokens);
  }
  const json::Value* meta = model.Find("meta");
  const auto trained = meta == nullptr ? std::nullopt : json::IntegerMember(*meta, "n_ctx_train");
  return std::max<std::int64_t>(0, trained.value_or(0));
}

ListedModel ReadModel(const json::Value& model) {
  ListedModel listed;
  for (const auto* key : {"id", "name", "model"}) {
    if (listed.name.empty()) listed.name = std::string(json::StringMember(model, key));
  }
  const json::Value* capabilities = model.Find("capabilities");
  if (ListHas(capabilities, "vision")) listed.capabilities.Add(Capability::kVision);
  if (ListHas(capabilities, "thinking")) listed.capabilities.Add(Capability::kReasoning);
  listed.max_input_tokens = ContextOf(model);
  return listed;
}

absl::Status Failed(const ProviderRow& row, Reason reason, std::string_view problem) {
  return MakeError(
      {.reason = reason, .metadata = {{"provider", row.name}}},
      fmt::format("the list of models of provider '{}': {}", row.name, problem)
  );
}

net::HttpRequest RequestOf(
    const ProviderRow& row, const Secret& key, std::chrono::milliseconds patience
) {
  net::HttpRequest request = RequestTo(row, row.models_path, key);
  request.method = "GET";
  request.timers = {.connect = std::min(row.timers.connect, patience), .total = patience};
  request.max_reply_bytes = kMaxListBytes;
  return request;
}

}  // namespace

absl::StatusOr<std::vector<ListedModel>> ReadModelList(std::string_view body) {
  const BodyText read = ReadBodyText(body, "the reply");
  if (!read.document.has_value()) return MakeError(Reason::kProviderMalformed, read.problem);
  const json::Value& root = read.document->root();
  const json::Value* list = root.Find("data");
  if (list == nullptr) list = root.Find("models");
  if (list == nullptr || !list->is_array()) {
    return MakeError(Reason::kProviderMalformed, "the reply has no list of models");
  }
  std::vector<ListedModel> models;
  for (const json::Value& model : *list) {
    if (models.size() == kMaxModels) break;
    if (!model.is_object() || !Chats(model)) continue;
    ListedModel listed = ReadModel(model);
    MendHalves(listed.name);
    if (listed.name.starts_with(kModelFolder)) listed.name.erase(0, kModelFolder.size());
    if (!listed.name.empty()) models.push_back(std::move(listed));
  }
  return models;
}

Task<absl::StatusOr<std::vector<ListedModel>>> FetchModelList(
    net::HttpClient& client,
    const ProviderRow& row,
    const Secret& key,
    std::chrono::milliseconds patience
) {
  net::HttpRequest request = RequestOf(row, key, patience);
  const net::HttpResult result = co_await client.Send(std::move(request));
  if (result.failure == net::TransportFailure::kCancelled) {
    co_return Failed(row, Reason::kCancelled, "the call was cancelled");
  }
  if (!result.ok()) co_return Failed(row, Reason::kProviderUnavailable, result.message);
  const int status = result.reply.status;
  const std::string said = fmt::format("the provider answered with status {}", status);
  if (status == 401 || status == 403) co_return Failed(row, Reason::kProviderAuth, said);
  if (status >= 500) co_return Failed(row, Reason::kProviderUnavailable, said);
  if (status != 200) co_return Failed(row, Reason::kProviderMalformed, said);
  absl::StatusOr<std::vector<ListedModel>> models = ReadModelList(result.reply.body);
  if (models.ok()) co_return models;
  co_return Failed(
      row,
      Reason::kProviderMalformed,
      {models.status().message().data(), models.status().message().size()}
  );
}

}  // namespace extractd::providers
