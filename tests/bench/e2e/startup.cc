#include "tests/bench/e2e/startup.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/service/health/health_probe.h"
#include "tests/bench/e2e/child.h"
#include "tests/fakes/daemon_process.h"

namespace extractd::bench {
namespace {

using std::chrono::steady_clock;

// A bare connect: a gRPC channel that was refused would wait before it tries again.
bool Accepts(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int failed = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  ::close(fd);
  return failed == 0;
}

void AwaitServing(const std::string& socket) {
  const auto patience = steady_clock::now() + std::chrono::seconds(30);
  while (!Accepts(socket) || !IsServing("unix:" + socket)) {
    if (steady_clock::now() > patience) {
      fmt::print(stderr, "bench_e2e: extractd does not serve\n");
      std::exit(EXIT_FAILURE);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

}  // namespace

std::vector<double> MeasureStarts(int times, const std::filesystem::path& directory) {
  const std::filesystem::path config = directory / "start.yaml";
  std::ofstream(config) << "log_level: info\n";
  std::vector<double> milliseconds;
  for (int i = 0; i < times; ++i) {
    const std::string socket = directory / fmt::format("start{}.sock", i);
    const auto begin = steady_clock::now();
    const Child daemon(
        {fakes::DaemonBinary(),
         "--config",
         config,
         "--listen",
         "unix:" + socket,
         "--admin-listen",
         "127.0.0.1:0"},
        directory / "start.log"
    );
    AwaitServing(socket);
    milliseconds.push_back(
        std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count()
    );
  }
  return milliseconds;
}

}  // namespace extractd::bench
