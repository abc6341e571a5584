// extractctl: extractd from the command line.
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "extractctl/commands.h"
#include "server/base/nearest.h"

namespace {

// Names a command that does not exist, which CLI11 takes for a missing one.
void ComplainAboutCommand(const CLI::App& app) {
  const std::vector<std::string> rest = app.remaining();
  if (rest.empty()) return;
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  const std::string nearest = extractd::NearestName(rest.front(), known);
  fmt::print(
      stderr,
      "extractctl: no command '{}'{}\n",
      rest.front(),
      nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)
  );
}

}  // namespace

int main(int argc, char** argv) {
  using extractd::ctl::Globals;
  CLI::App app("Ask a running extractd.", "extractctl");
  Globals globals;
  app.add_option("--address", globals.address, "host:port or unix:/path of the daemon")
      ->envname("EXTRACTD_ADDRESS")
      ->capture_default_str();
  app.add_option("--timeout-ms", globals.timeout_ms, "Time that a call may take")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--json", globals.json, "Print whole responses, one line of JSON each");
  app.fallthrough();
  app.require_subcommand(1);
  std::function<int()> run;
  extractd::ctl::AddCommands(app, globals, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (app.get_subcommands().empty()) ComplainAboutCommand(app);
    const int code = app.exit(error);
    return code == 0 ? extractd::ctl::kFine : extractd::ctl::kMisused;
  }
  return run();
}
