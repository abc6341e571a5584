// What providers do, drawn at random: for the tests that let everything happen at once.
#ifndef EXTRACTD_TESTS_INTEGRATION_RANDOM_FAULTS_H_
#define EXTRACTD_TESTS_INTEGRATION_RANDOM_FAULTS_H_

#include <cstdint>
#include <functional>
#include <random>

#include <sys/types.h>

#include "tests/fakes/imposter_script.h"

namespace extractd::integration {

// Half of the replies are good. Streamed ones may be cut, reset, stall, drip, be no JSON or not
// valid; whole ones besides may come late, be refused, or be of another world.
fakes::ScriptedReply RandomStream(std::mt19937& random);
fakes::ScriptedReply RandomAnswer(std::mt19937& random);

// What an allocator under ASan keeps of what was freed.
inline constexpr std::int64_t kMaxGrowthKb = std::int64_t{96} * 1024;

// Resident memory of a process.
std::int64_t ResidentKb(pid_t pid);

// False: it did not become so within ten seconds.
bool Becomes(const std::function<bool()>& condition);

}  // namespace extractd::integration

#endif  // EXTRACTD_TESTS_INTEGRATION_RANDOM_FAULTS_H_
