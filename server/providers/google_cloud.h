// Addresses of Vertex AI, for the rows of what it serves.
#ifndef EXTRACTD_SERVER_PROVIDERS_GOOGLE_CLOUD_H_
#define EXTRACTD_SERVER_PROVIDERS_GOOGLE_CLOUD_H_

#include <string>
#include <vector>

#include "server/registry/provider_row.h"

namespace extractd::providers {

// Of project and location, which environment variables name; for locations whose host bears their
// name.
std::string VertexBaseUrl();
// For the others, and for no location.
std::vector<BaseUrlCase> VertexBaseUrlCases();

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_GOOGLE_CLOUD_H_
