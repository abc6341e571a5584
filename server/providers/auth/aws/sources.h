// Where AWS credentials come from, each as AWS's own SDKs look for them: docs/providers/bedrock.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_SOURCES_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_SOURCES_H_

#include "server/base/task.h"
#include "server/net/http_client.h"
#include "server/providers/auth/aws/credentials.h"

namespace extractd::providers::aws {

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
Found FromEnvironment();

// A role that a token of the machine may assume: AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE, as
// EKS sets them, or the same settings of the profile. The file is read anew each time.
Task<Found> FromWebIdentity(net::HttpClient& client);

// The access key of the profile.
Found FromProfile();

// The service that ECS and EKS Pod Identity name in AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or
// AWS_CONTAINER_CREDENTIALS_FULL_URI.
Task<Found> FromContainer(net::HttpClient& client);

// The metadata service of EC2, version 2. Where nobody answers, there is none.
Task<Found> FromInstance(net::HttpClient& client);

// The first that is set up, in the order above. FailedPrecondition: none is, and the message says
// what was tried; other errors as of Found.
Task<absl::StatusOr<Credentials>> FindCredentials(net::HttpClient& client);

// One of them is set up, as far as can be told without asking: nobody knows of the instance.
bool MayHaveCredentials();

}  // namespace extractd::providers::aws

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_SOURCES_H_
