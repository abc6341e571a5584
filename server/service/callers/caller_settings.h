// The settings that say who may call, and how many calls at once.
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_CALLER_SETTINGS_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_CALLER_SETTINGS_H_

#include <vector>

#include "server/service/configuration/settings.h"

namespace extractd {

void AddCallerSettings(std::vector<Setting>& table);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_CALLER_SETTINGS_H_
