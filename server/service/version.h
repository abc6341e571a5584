// The version of this build.
#ifndef EXTRACTD_SERVER_SERVICE_VERSION_H_
#define EXTRACTD_SERVER_SERVICE_VERSION_H_

#include <string_view>

namespace extractd {

inline constexpr std::string_view kVersion = EXTRACTD_VERSION;

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_VERSION_H_
