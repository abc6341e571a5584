// The settings of what others than the log are told: traces and payloads.
#ifndef EXTRACTD_SERVER_SERVICE_TELEMETRY_TELEMETRY_SETTINGS_H_
#define EXTRACTD_SERVER_SERVICE_TELEMETRY_TELEMETRY_SETTINGS_H_

#include <vector>

#include "server/service/configuration/settings.h"

namespace extractd {

// Appends their rows to the table.
void AddTelemetrySettings(std::vector<Setting>& table);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_TELEMETRY_TELEMETRY_SETTINGS_H_
