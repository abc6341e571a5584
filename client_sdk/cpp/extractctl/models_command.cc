// extractctl models.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <fmt/format.h>

#include "extractctl/commands.h"
#include "extractctl/show.h"
#include "server/base/strings.h"

namespace extractd::ctl {
namespace {

struct ModelsOptions {
  std::string provider;
  std::string mode;
  std::vector<std::string> capabilities;
  bool discover = false;
};

// "vision" is CAPABILITY_VISION, "prompt-cache" CAPABILITY_PROMPT_CACHE.
bool ReadCapability(const std::string& name, v1::Capability& capability) {
  std::string number = "CAPABILITY_" + ToUpper(name);
  std::ranges::replace(number, '-', '_');
  return v1::Capability_Parse(number, &capability) && capability != v1::CAPABILITY_UNSPECIFIED;
}

// All pages.
int ListModels(const ModelsOptions& options, const Globals& globals) {
  v1::ListModelsRequest request;
  request.set_provider(options.provider);
  request.set_mode_name(options.mode);
  request.set_discover(options.discover);
  for (const std::string& name : options.capabilities) {
    v1::Capability capability = v1::CAPABILITY_UNSPECIFIED;
    if (!ReadCapability(name, capability)) {
      fmt::print(stderr, "extractctl: no capability '{}'\n", name);
      return kMisused;
    }
    request.add_capabilities(capability);
  }
  Client client = Connect(globals);
  v1::ListModelsResponse all;
  do {
    Result<v1::ListModelsResponse> page = client.ListModels(request);
    if (!page.ok()) return Show(page, globals, PrintModels);
    all.MergeFrom(*page);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  all.clear_next_page_token();
  PrintModels(all, DetectOutput(globals.json));
  return kFine;
}

}  // namespace

void AddModels(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("models", "List the models and what they can");
  const auto options = std::make_shared<ModelsOptions>();
  command->add_option("--provider", options->provider, "Only those of this provider");
  command->add_option("--mode", options->mode, "Only those with this mode");
  command->add_option(
      "--can",
      options->capabilities,
      "Only those with: streaming, vision, audio, documents, reasoning, strict, parallel-tools, "
      "prompt-cache"
  );
  command->add_flag("--discover", options->discover, "Ask the provider for its own list, too");
  command->callback([options, &globals, &run] {
    run = [options, &globals] { return ListModels(*options, globals); };
  });
}

}  // namespace extractd::ctl
