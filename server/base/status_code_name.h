// gRPC's status codes by name, for those who may not see gRPC.
#ifndef EXTRACTD_SERVER_BASE_STATUS_CODE_NAME_H_
#define EXTRACTD_SERVER_BASE_STATUS_CODE_NAME_H_

#include <string_view>

namespace extractd {

// "OK", "INVALID_ARGUMENT" …; "UNKNOWN" for a number that is no code.
std::string_view StatusCodeName(int code);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_STATUS_CODE_NAME_H_
