// extractctl repair.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "extractctl/commands.h"
#include "extractctl/show.h"
#include "extractctl/source.h"

namespace extractd::ctl {
namespace {

struct RepairOptions {
  v1::MaxLoss max_loss = v1::MAX_LOSS_UNSPECIFIED;
  std::optional<std::string> text;
  std::vector<std::string> files;
};

// Every text; the worst exit code.
int Repair(const RepairOptions& options, const Globals& globals) {
  const auto sources = ReadSources(options.text, options.files);
  if (!sources.has_value()) return kMisused;
  Client client = Connect(globals);
  int worst = kFine;
  for (const Source& source : *sources) {
    if (sources->size() > 1) fmt::print(stderr, "{}:\n", source.name);
    v1::RepairJsonRequest request;
    request.set_text(source.text);
    request.set_max_loss(options.max_loss);
    worst = std::max(worst, Show(client.RepairJson(request), globals, PrintRepaired));
  }
  return worst;
}

}  // namespace

void AddRepair(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("repair", "Make JSON of almost-JSON");
  const auto options = std::make_shared<RepairOptions>();
  command->add_option("--text", options->text, "The text; default: the files, else standard input");
  command->add_option("files", options->files, "Files");
  const std::map<std::string, v1::MaxLoss> losses = {
      {"none", v1::MAX_LOSS_NONE},
      {"lossless", v1::MAX_LOSS_LOSSLESS},
      {"lossy", v1::MAX_LOSS_LOSSY},
  };
  command->add_option("--max-loss", options->max_loss, "What may be changed; default: lossy")
      ->transform(CLI::CheckedTransformer(losses));
  command->callback([options, &globals, &run] {
    run = [options, &globals] { return Repair(*options, globals); };
  });
}

}  // namespace extractd::ctl
