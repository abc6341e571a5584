// One key of a block of the configuration, as the documentation lists it.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_KEY_HELP_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_KEY_HELP_H_

#include <string>

namespace extractd {

struct KeyHelp {
  std::string name;
  std::string help;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_KEY_HELP_H_
