// Addresses of media, which providers fetch and we never do. What no provider should be sent to is
// refused all the same: a provider that runs beside us would fetch it from inside.
#ifndef EXTRACTD_SERVER_SERVICE_REQUEST_MEDIA_URL_H_
#define EXTRACTD_SERVER_SERVICE_REQUEST_MEDIA_URL_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace extractd {

inline constexpr size_t kMaxMediaUrlBytes = 8192;

// Empty: an https URL whose host is a public name or a public address. Else what is wrong. Looks
// nothing up: a name that leads to a private address is the fetcher's to refuse.
std::string ProblemOfMediaUrl(std::string_view url);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_REQUEST_MEDIA_URL_H_
