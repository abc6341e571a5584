// The identity that Azure gives a machine or an app: who hands out its tokens, and how to ask.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_AZURE_MANAGED_IDENTITY_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_AZURE_MANAGED_IDENTITY_H_

#include <string_view>

#include "server/providers/auth/token_endpoint.h"

namespace extractd::providers::azure {

// By IDENTITY_ENDPOINT and IDENTITY_HEADER (App Service, Container Apps), else the metadata service
// of virtual machines. `scope` as in OAuth 2.0; AZURE_CLIENT_ID picks one of several identities.
TokenCall ManagedIdentityCall(std::string_view scope);

// This machine is Azure's, as far as it says so itself.
bool RunsOnAzure();

}  // namespace extractd::providers::azure

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_AZURE_MANAGED_IDENTITY_H_
