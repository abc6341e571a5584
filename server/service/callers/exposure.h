// Exposure: addresses that anybody on the network reaches.
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_EXPOSURE_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_EXPOSURE_H_

#include <string>

#include <absl/status/status.h>

#include "server/service/configuration/config.h"

namespace extractd {

// The first address that other machines reach though not every caller must be somebody there, over
// TLS; empty: none.
std::string ExposedAddress(const Config& config);

// InvalidArgument: there is one, and the configuration does not say that it is meant.
absl::Status CheckExposure(const Config& config);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_EXPOSURE_H_
