// Asks a daemon for its health, as container runtimes do that have no probe of their own.
#ifndef EXTRACTD_SERVER_SERVICE_HEALTH_HEALTH_PROBE_H_
#define EXTRACTD_SERVER_SERVICE_HEALTH_HEALTH_PROBE_H_

#include <string>

namespace extractd {

// True: the daemon at `address` answered SERVING within two seconds.
bool IsServing(const std::string& address);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_HEALTH_HEALTH_PROBE_H_
