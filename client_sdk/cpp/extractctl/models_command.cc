// extractctl models and pull.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <unistd.h>

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

// One line for each report; on a terminal the last one is overwritten.
bool PrintProgress(const v1::PullModelResponse& progress, const Globals& globals) {
  if (globals.json) {
    PrintMessage(progress);
    std::fflush(stdout);
    return true;
  }
  std::string line = progress.status();
  if (progress.total_bytes() > 0) {
    constexpr std::int64_t kMebi = std::int64_t{1} << 20U;
    line += fmt::format(
        ": {} of {} MiB", progress.completed_bytes() / kMebi, progress.total_bytes() / kMebi
    );
  }
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  fmt::print(stderr, "{}{}{}", terminal ? "\r\x1b[K" : "", line, terminal ? "" : "\n");
  if (terminal && progress.done()) fmt::print(stderr, "\n");
  return true;
}

int Pull(const std::string& name, int minutes, const Globals& globals) {
  const size_t slash = name.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == name.size()) {
    fmt::print(stderr, "extractctl: name the model as provider/model, e.g. ollama/qwen3:8b\n");
    return kMisused;
  }
  v1::PullModelRequest request;
  request.set_provider(name.substr(0, slash));
  request.set_model(name.substr(slash + 1));
  Client client = Connect(globals);
  const Result<v1::PullModelResponse> last = client.PullModel(
      request,
      [&globals](const auto& progress) { return PrintProgress(progress, globals); },
      std::chrono::minutes(minutes)
  );
  if (last.ok()) return kFine;
  PrintFailure(last.failure(), DetectOutput(globals.json));
  return kFailed;
}

}  // namespace

void AddPull(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("pull", "Let a local provider load a model");
  const auto name = std::make_shared<std::string>();
  const auto minutes = std::make_shared<int>(24 * 60);
  command->add_option("model", *name, "provider/model, e.g. ollama/qwen3:8b")->required();
  command->add_option("--minutes", *minutes, "Time that it may take; --timeout-ms does not count")
      ->check(CLI::Range(1, 7 * 24 * 60))
      ->capture_default_str();
  command->callback([name, minutes, &globals, &run] {
    run = [name, minutes, &globals] { return Pull(*name, *minutes, globals); };
  });
}

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
