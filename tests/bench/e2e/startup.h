// How long extractd takes from exec to its first SERVING.
#ifndef EXTRACTD_TESTS_BENCH_E2E_STARTUP_H_
#define EXTRACTD_TESTS_BENCH_E2E_STARTUP_H_

#include <filesystem>
#include <vector>

namespace extractd::bench {

// Starts the daemon `times` times, one after the other, with every provider that it knows; the
// milliseconds until grpc.health.v1 answered SERVING. `directory`: for its socket and log.
std::vector<double> MeasureStarts(int times, const std::filesystem::path& directory);

}  // namespace extractd::bench

#endif  // EXTRACTD_TESTS_BENCH_E2E_STARTUP_H_
