// The sentence on a failed send that callers and logs get.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_FAILURE_TEXT_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_FAILURE_TEXT_H_

#include <string>
#include <string_view>

#include "server/chat/upstream.h"

namespace extractd::providers {

// Of what a provider says no more than this is quoted.
inline constexpr size_t kMaxQuotedFailureBytes = 300;

// "the provider says: …", or its status where it said nothing, or where what it says of bad
// credentials can hold a part of them. UTF-8, whatever `said` is.
std::string FailureText(SendFailure failure, int http_status, std::string_view said);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_FAILURE_TEXT_H_
