// The rows of the table of settings, in the order in which they are documented; see settings.h.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_SETTINGS_TABLE_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_SETTINGS_TABLE_H_

#include <vector>

#include "server/service/configuration/settings.h"

namespace extractd {

// Every row complete, its default text included.
std::vector<Setting> MakeSettingsTable();

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_SETTINGS_TABLE_H_
