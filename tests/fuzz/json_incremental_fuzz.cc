// The incremental parser: in whatever pieces a text comes, the result is that of the whole, the
// events build it, nothing is withdrawn without a reason, and the time is linear. The first two
// bytes of the input choose the pieces.
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/tolerant.h"
#include "tests/fakes/path_assembler.h"
#include "tests/fuzz/require.h"

namespace extractd::json {
namespace {

using fuzz::Require;

// CPU time that instrumented code may take, however busy the machine is.
constexpr double kSecondsAtLeast = 0.5;
constexpr double kSecondsPerByte = 100e-6;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + (static_cast<double>(now.tv_nsec) * 1e-9);
}

// Pieces of up to `longest` bytes, in an order that `seed` chooses.
std::vector<size_t> Ends(size_t size, unsigned seed, unsigned longest) {
  std::vector<size_t> ends;
  for (size_t at = 0; at < size;) {
    seed = (seed * 1'664'525U) + 1'013'904'223U;
    at += 1 + ((seed >> 16U) % longest);
    if (at < size) ends.push_back(at);
  }
  return ends;
}

void Check(std::string_view text, unsigned seed) {
  const TolerantResult whole = ParseTolerant(text);
  for (const unsigned longest : {1U, 2U + (seed % 30U)}) {
    const double start = CpuSeconds();
    const std::string broken = CheckPieces(text, Ends(text.size(), seed, longest), whole);
    const double time = CpuSeconds() - start;
    Require(broken.empty(), broken);
    const double limit = kSecondsAtLeast + (kSecondsPerByte * static_cast<double>(text.size()));
    Require(time <= limit, "time is linear");
  }
}

}  // namespace
}  // namespace extractd::json

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const unsigned seed = (data[0] * 256U) + data[1];
  extractd::json::Check({reinterpret_cast<const char*>(data) + 2, size - 2}, seed);
  return 0;
}
