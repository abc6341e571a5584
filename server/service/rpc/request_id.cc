#include "server/service/rpc/request_id.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <absl/random/random.h>

namespace extractd {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

constexpr size_t kDigits = 26;

// Writes the lowest `digits` * 5 bits, the highest digit first; returns the end.
char* Write(std::uint64_t bits, unsigned digits, char* to) {
  while (digits-- > 0) *to++ = kAlphabet[(bits >> (digits * 5U)) & 31U];
  return to;
}

}  // namespace

std::string MakeRequestId() {
  // NOLINTNEXTLINE(misc-use-internal-linkage): it is local
  thread_local absl::InsecureBitGen random;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  std::array<char, kDigits> id{};
  char* to = Write(static_cast<std::uint64_t>(millis), 10, id.data());
  to = Write(random(), 8, to);
  Write(random(), 8, to);
  return {id.data(), id.size()};
}

}  // namespace extractd
