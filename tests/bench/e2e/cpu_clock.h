// CPU time of a process, user and system, of all its threads.
#ifndef EXTRACTD_TESTS_BENCH_E2E_CPU_CLOCK_H_
#define EXTRACTD_TESTS_BENCH_E2E_CPU_CLOCK_H_

#include <chrono>
#include <cstdlib>
#include <ctime>

#include <sys/types.h>

namespace extractd::bench {

// To the nanosecond, where /proc/<pid>/stat counts ticks of 10 ms. 0: this process.
inline std::chrono::nanoseconds CpuTime(pid_t pid) {
  clockid_t clock = {};
  timespec time = {};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) std::abort();
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace extractd::bench

#endif  // EXTRACTD_TESTS_BENCH_E2E_CPU_CLOCK_H_
