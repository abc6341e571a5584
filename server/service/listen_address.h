// Addresses that gRPC listens on.
#ifndef EXTRACTD_SERVER_SERVICE_LISTEN_ADDRESS_H_
#define EXTRACTD_SERVER_SERVICE_LISTEN_ADDRESS_H_

#include <string>

#include <absl/status/status.h>

namespace extractd {

// Only this machine can reach it: a Unix socket or a loopback address.
bool IsLocalAddress(const std::string& address);

// Makes a "unix:/path" ready: creates its folder, removes a socket that nobody serves any more.
// AlreadyExists: somebody serves it. InvalidArgument: the path is too long, or is no socket.
// OK for other addresses.
absl::Status PrepareAddress(const std::string& address);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_LISTEN_ADDRESS_H_
