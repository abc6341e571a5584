// What sets two configurations apart, in words for whoever changed it.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_CONFIG_CHANGES_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_CONFIG_CHANGES_H_

#include <string>
#include <vector>

#include "server/service/configuration/config.h"

namespace extractd {

struct ConfigChanges {
  // Names of settings, then "providers.<name>", whose row, retries, limits or prices differ, then
  // "principals.<name>"; each in order.
  std::vector<std::string> changed = {};
  // Those settings of them that a reload does not put into force.
  std::vector<std::string> need_restart = {};
};
ConfigChanges ChangesOf(const Config& before, const Config& after);

// Of the settings' values and of what all files hold: 32 hexadecimal digits.
std::string HashOf(const Config& config);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_CONFIG_CHANGES_H_
