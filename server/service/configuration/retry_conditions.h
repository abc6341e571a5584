// The conditions of retries by their numbers in the API.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_RETRY_CONDITIONS_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_RETRY_CONDITIONS_H_

#include <array>

#include "extractd/v1/options.pb.h"
#include "server/engine/call.h"

namespace extractd {

struct NumberedCondition {
  v1::RetryCondition number;
  RetryCondition condition;
};
inline constexpr std::array kConditions = {
    NumberedCondition{v1::RETRY_CONDITION_CONNECT, RetryCondition::kConnect},
    NumberedCondition{v1::RETRY_CONDITION_RATE_LIMITED, RetryCondition::kRateLimited},
    NumberedCondition{v1::RETRY_CONDITION_SERVER_ERROR, RetryCondition::kServerError},
    NumberedCondition{v1::RETRY_CONDITION_TIMEOUT, RetryCondition::kTimeout},
    NumberedCondition{v1::RETRY_CONDITION_MALFORMED, RetryCondition::kMalformed},
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_RETRY_CONDITIONS_H_
