// Ids of calls: time-ordered, unguessable enough not to collide, safe in headers and URLs.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_REQUEST_ID_H_
#define EXTRACTD_SERVER_SERVICE_RPC_REQUEST_ID_H_

#include <string>

namespace extractd {

// 26 characters of Crockford's base 32, a ULID: 48 bits of milliseconds, 80 random ones.
std::string MakeRequestId();

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_REQUEST_ID_H_
