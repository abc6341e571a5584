// The subcommands of extractctl.
#ifndef EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_COMMANDS_H_
#define EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_COMMANDS_H_

#include <functional>
#include <string>

#include <CLI/App.hpp>

namespace extractd::ctl {

// Exit codes: everything was fine; an answer is not valid or a call failed; the command was wrong.
inline constexpr int kFine = 0;
inline constexpr int kFailed = 1;
inline constexpr int kMisused = 2;

// What all subcommands share.
struct Globals {
  std::string address = "127.0.0.1:50051";
  int timeout_ms = 600'000;
  bool json = false;
  std::string token = {};
  bool tls = false;         // with the system's authorities, unless tls_ca names others
  std::string tls_ca = {};  // paths
  std::string certificate = {};
  std::string key = {};
};

// Adds every subcommand to `app`. `run` is set to the one that was chosen, which returns the exit
// code; `globals` outlives it.
void AddCommands(CLI::App& app, const Globals& globals, std::function<int()>& run);

// Parts of it.
void AddAdmin(CLI::App& app, const Globals& globals, std::function<int()>& run);
void AddModels(CLI::App& app, const Globals& globals, std::function<int()>& run);
void AddPull(CLI::App& app, const Globals& globals, std::function<int()>& run);
void AddInfer(CLI::App& app, const Globals& globals, std::function<int()>& run);
void AddSchema(CLI::App& app, const Globals& globals, std::function<int()>& run);
void AddRepair(CLI::App& app, const Globals& globals, std::function<int()>& run);
void AddToon(CLI::App& app, const Globals& globals, std::function<int()>& run);

// Says which command of a command line that could not be parsed does not exist, if that is what is
// wrong; CLI11 only misses one.
void ComplainAboutCommand(const CLI::App& app);

}  // namespace extractd::ctl

#endif  // EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_COMMANDS_H_
