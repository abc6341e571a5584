#include "tests/bench/e2e/child.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace extractd::bench {
namespace {

[[noreturn]] void Die(const std::string& problem) {
  fmt::print(stderr, "bench_e2e: {}\n", problem);
  std::exit(EXIT_FAILURE);
}

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) Die("no pipe");
  }
  std::array<int, 2> ends = {};  // read, write
};

}  // namespace

Child::Child(std::vector<std::string> arguments, const std::string& log) {
  const Pipe input;
  const Pipe output;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input.ends[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output.ends[1], STDOUT_FILENO);
  if (!log.empty()) {
    ::posix_spawn_file_actions_addopen(
        &actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600
    );
  }
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const int failed = ::posix_spawn(&pid_, pointers[0], &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(input.ends[0]);
  ::close(output.ends[1]);
  if (failed != 0) Die(fmt::format("cannot start {}", arguments[0]));
  in_ = ::fdopen(output.ends[0], "r");
  out_ = ::fdopen(input.ends[1], "w");
}

Child::~Child() {
  std::fclose(out_);
  std::fclose(in_);
  ::kill(pid_, SIGTERM);
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries; ++i) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string Child::ReadLine() {
  std::string line;
  for (int byte = std::fgetc(in_); byte != '\n'; byte = std::fgetc(in_)) {
    if (byte == EOF) Die("a process of the benchmark ended early");
    line.push_back(static_cast<char>(byte));
  }
  return line;
}

void Child::WriteLine(std::string_view line) {
  fmt::print(out_, "{}\n", line);
  std::fflush(out_);
}

double ResidentMb(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/statm", pid));
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

}  // namespace extractd::bench
