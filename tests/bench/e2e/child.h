// Child: a process of the benchmark, spoken to over its stdin and stdout. Ends with the object.
#ifndef EXTRACTD_TESTS_BENCH_E2E_CHILD_H_
#define EXTRACTD_TESTS_BENCH_E2E_CHILD_H_

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace extractd::bench {

class Child {
 public:
  // Starts `arguments[0]` with our environment, its stderr appended to the file `log`, or ours if
  // that is empty.
  explicit Child(std::vector<std::string> arguments, const std::string& log = {});
  // Closes its stdin and sends SIGTERM; SIGKILL if it does not end.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  // The next line of its stdout without the line feed; ends the benchmark if there is none.
  std::string ReadLine();
  void WriteLine(std::string_view line);

 private:
  pid_t pid_ = -1;
  std::FILE* in_ = nullptr;   // its stdout
  std::FILE* out_ = nullptr;  // its stdin
};

// Resident memory of a process in MB.
double ResidentMb(pid_t pid);

}  // namespace extractd::bench

#endif  // EXTRACTD_TESTS_BENCH_E2E_CHILD_H_
