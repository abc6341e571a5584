#include "server/service/descriptors.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include <sys/resource.h>

namespace extractd {
namespace {

constexpr rlim_t kNoLimit = rlim_t{1} << 30U;  // where there is none

}  // namespace

void RaiseDescriptorLimit() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Descriptors CountDescriptors() {
  rlimit limit = {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  std::error_code error;
  const std::filesystem::directory_iterator entries("/proc/self/fd", error);
  return {
      .open = std::distance(begin(entries), end(entries)),
      .limit = static_cast<std::int64_t>(std::min(limit.rlim_cur, kNoLimit)),
  };
}

}  // namespace extractd
