// ListModels: what is known of models here, and what their provider lists itself.
#ifndef EXTRACTD_SERVER_SERVICE_CATALOG_CATALOG_MODELS_H_
#define EXTRACTD_SERVER_SERVICE_CATALOG_CATALOG_MODELS_H_

#include <chrono>

#include <absl/status/statusor.h>

#include "extractd/v1/catalog_service.pb.h"
#include "server/base/task.h"
#include "server/net/http_client.h"
#include "server/service/shared_state.h"

namespace extractd {

// `patience` bounds the question to the provider, if one is asked.
// kUnknownProvider; kInvalidRequest; with `discover` the errors of providers::FetchModelList and of
// providers::Credentials::KeyOf.
Task<absl::StatusOr<v1::ListModelsResponse>> ListModels(
    const v1::ListModelsRequest& request,
    SharedState& shared,
    net::HttpClient& client,
    std::chrono::milliseconds patience
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CATALOG_CATALOG_MODELS_H_
