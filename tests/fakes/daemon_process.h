// DaemonProcess: a real extractd in a process of its own, as an operator would start it, with its
// log in reach. Ends with the object.
#ifndef EXTRACTD_TESTS_FAKES_DAEMON_PROCESS_H_
#define EXTRACTD_TESTS_FAKES_DAEMON_PROCESS_H_

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "extractd/client.h"

namespace extractd::fakes {

class DaemonProcess {
 public:
  struct Options {
    std::string yaml = {
    };  // the configuration file; listens on free ports unless it says otherwise
    std::map<std::string, std::string> environment = {};  // besides PATH and what sanitizers need
    std::vector<std::string> arguments = {};
  };

  // Starts it and waits until it serves, or until it ended by itself.
  explicit DaemonProcess(Options options);
  ~DaemonProcess();
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  bool serving() const { return serving_; }
  pid_t pid() const { return pid_; }
  const std::string& address() const { return address_; }  // of gRPC over TCP
  const std::string& admin_address() const { return admin_; }
  std::string socket_address() const;  // "unix:…", if it listens on one
  const std::filesystem::path& directory() const {
    return directory_;
  }  // its own, removed at the end
  std::filesystem::path config_file() const { return directory_ / "extractd.yaml"; }

  // Everything it wrote to stderr so far, which is its log.
  std::string Log() const;
  // True once the log holds `text`; waits up to ten seconds.
  bool WaitForLog(std::string_view text) const;

  // The body of an admin page; "status <n>" if it is not 200.
  std::string AdminGet(std::string_view path) const;
  // Value of a sample of /metrics by its whole left side; -1 if it is not there.
  double Metric(std::string_view sample) const;
  int OpenDescriptors() const;

  void Rewrite(std::string_view yaml) const;  // replaces the configuration file
  void Signal(int signal) const;
  // Its exit code, or minus the signal that ended it; waits up to `patience`, then kills it.
  int Wait(std::chrono::seconds patience = std::chrono::seconds(30));

 private:
  void Spawn(const Options& options);
  void AwaitServing();
  void CapturePages() const;

  std::filesystem::path directory_;
  pid_t pid_ = -1;
  bool serving_ = false;
  std::string address_;
  std::string socket_;
  std::string admin_;
};

// The daemon of this build.
std::filesystem::path DaemonBinary();

// A `providers` block with one provider named "acme" at an imposter's URL. Unless `more_keys` says
// otherwise, its key is one that must be seen nowhere but there: tests/sweep_canaries.py.
std::string AcmeAt(std::string_view base_url, std::string_view more_keys = {});

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_DAEMON_PROCESS_H_
