// The signer "aws_sigv4": requests are signed with the AWS credentials of the machine, which are
// shared by all loops and renewed before they expire.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_AWS_SIGNER_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_AWS_SIGNER_H_

#include <memory>
#include <string>
#include <string_view>

#include "server/providers/auth/authorizer.h"
#include "server/providers/auth/signers.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

// The row's signer_scope is the name of the service, "bedrock" if it is empty. The region is that
// of the request's host; where that names none, AWS_REGION, AWS_DEFAULT_REGION or the profile's.
// Authorize: kCredentialsMissing: no source has any, one is set up wrongly, or the region is not
// known. kProviderAuth: AWS gives none out. Unavailable: a source did not answer.
std::shared_ptr<Authorizer> NewAwsAuthorizer(
    std::shared_ptr<const ProviderRow> row, const SignerTools& tools
);

namespace aws {

// "us-east-1" of bedrock-runtime.us-east-1.amazonaws.com, of its FIPS and VPC endpoints; empty: the
// host is of another kind.
std::string_view RegionOfHost(std::string_view host);

}  // namespace aws
}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_AWS_SIGNER_H_
