// extractctl: extractd from the command line.
#include <functional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "extractctl/commands.h"
#include "extractctl/connection.h"

int main(int argc, char** argv) {
  using extractd::ctl::Globals;
  CLI::App app("Ask a running extractd.", "extractctl");
  Globals globals;
  extractd::ctl::AddConnectionOptions(app, globals);
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
    extractd::ctl::ComplainAboutCommand(app);
    const int code = app.exit(error);
    return code == 0 ? extractd::ctl::kFine : extractd::ctl::kMisused;
  }
  if (const std::string problem = extractd::ctl::ConnectionProblem(globals); !problem.empty()) {
    fmt::print(stderr, "extractctl: {}\n", problem);
    return extractd::ctl::kMisused;
  }
  return run();
}
