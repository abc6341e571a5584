#include "server/service/rpc/request_id.h"

#include <chrono>
#include <cstdint>
#include <string_view>

#include <absl/random/random.h>

namespace extractd {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// Appends the lowest `digits` * 5 bits, the highest digit first.
void Append(std::uint64_t bits, unsigned digits, std::string& out) {
  while (digits-- > 0) out.push_back(kAlphabet[(bits >> (digits * 5U)) & 31U]);
}

}  // namespace

std::string MakeRequestId() {
  // NOLINTNEXTLINE(misc-use-internal-linkage): it is local
  thread_local absl::InsecureBitGen random;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  std::string id;
  id.reserve(26);
  Append(static_cast<std::uint64_t>(millis), 10, id);
  Append(random(), 8, id);
  Append(random(), 8, id);
  return id;
}

}  // namespace extractd
