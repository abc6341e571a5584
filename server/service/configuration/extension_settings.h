// The settings of what an operator adds: prices, providers and plug-ins.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_EXTENSION_SETTINGS_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_EXTENSION_SETTINGS_H_

#include <vector>

#include "server/service/configuration/settings.h"

namespace extractd {

// Appends their rows to the table.
void AddExtensionSettings(std::vector<Setting>& table);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_EXTENSION_SETTINGS_H_
