// Names of providers in telemetry that others read.
#ifndef EXTRACTD_SERVER_PROVIDERS_TELEMETRY_NAME_H_
#define EXTRACTD_SERVER_PROVIDERS_TELEMETRY_NAME_H_

#include <string_view>

namespace extractd::providers {

// The value of OpenTelemetry's gen_ai.provider.name; its conventions list some, for all others it
// is our own name.
std::string_view TelemetryName(std::string_view provider);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_TELEMETRY_NAME_H_
