#include "extractctl/commands.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "extractctl/ask.h"
#include "extractctl/show.h"
#include "extractctl/source.h"
#include "extractctl/stream_view.h"
#include "extractd/client.h"
#include "server/base/nearest.h"

namespace extractd::ctl {
namespace {

// Calls `each` with the request for every text; the worst exit code.
template <class Each>
int ForEachText(const Ask& ask, Each each) {
  std::optional<v1::ExtractRequest> request = MakeRequest(ask);
  if (!request.has_value()) return kMisused;
  const auto sources = ReadSources(ask.text, ask.files);
  if (!sources.has_value()) return kMisused;
  int worst = kFine;
  for (const Source& source : *sources) {
    request->set_input(source.text);
    if (sources->size() > 1) fmt::print(stderr, "{}:\n", source.name);
    worst = std::max(worst, each(*request));
  }
  return worst;
}

// Extracts with a view on the value while it grows.
int ExtractStreamed(Client& client, const v1::ExtractRequest& request, const Globals& globals) {
  constexpr int kRedrawMs = 50;
  const OutputOptions options = DetectOutput(globals.json);
  StreamView view(options);
  v1::ExtractStreamRequest stream;
  *stream.mutable_request() = request;
  if (view.wants_snapshots()) stream.set_snapshot_interval_ms(kRedrawMs);
  const Result<v1::ExtractResponse> result =
      client.ExtractStream(stream, [&view](const auto& event) { return view.OnEvent(event); });
  const bool told = options.json;  // by the last event
  if (!result.ok() && !told) PrintFailure(result.failure(), options);
  if (result.ok() && !told) PrintExtraction(*result, options);
  return result.ok() && result->valid() ? kFine : kFailed;
}

void AddExtract(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand(
      "extract", "Extract from each text: one value, or with --many, --maybe or --tool others"
  );
  const auto ask = std::make_shared<Ask>();
  AddAskOptions(*command, *ask);
  const auto streams = std::make_shared<bool>(false);
  command->add_flag("--stream", *streams, "Show the object while the model writes it");
  command->callback([ask, streams, &globals, &run] {
    run = [ask, streams, &globals] {
      Client client = Connect(globals);
      return ForEachText(*ask, [&](const v1::ExtractRequest& request) {
        if (*streams) return ExtractStreamed(client, request, globals);
        const Result<v1::ExtractResponse> result = client.Extract(request);
        const int code = Show(result, globals, PrintExtraction);
        return result.ok() && !result->valid() ? kFailed : code;
      });
    };
  });
}

void AddRender(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command =
      app.add_subcommand("render", "Show the request that would be sent to the provider");
  const auto ask = std::make_shared<Ask>();
  AddAskOptions(*command, *ask);
  command->callback([ask, &globals, &run] {
    run = [ask, &globals] {
      Client client = Connect(globals);
      return ForEachText(*ask, [&](const v1::ExtractRequest& request) {
        v1::RenderRequest render;
        *render.mutable_request() = request;
        return Show(client.Render(render), globals, PrintRender);
      });
    };
  });
}

// The options of commands that judge a text under a schema.
struct Judged {
  std::string schema;
  std::optional<std::string> text;
  std::vector<std::string> files;
  bool lossy = false;
};

void AddJudgedOptions(CLI::App& command, Judged& judged, const std::string& what) {
  command.add_option("--schema", judged.schema, "File of the JSON Schema")->required();
  command.add_option("--text", judged.text, what + "; default: the files, else standard input");
  command.add_option("files", judged.files, "Files");
}

// Calls `each` with schema and text for every text; the worst exit code.
template <class Each>
int ForEachJudged(const Judged& judged, Each each) {
  const std::optional<std::string> schema = ReadFile(judged.schema);
  const auto sources = ReadSources(judged.text, judged.files);
  if (!schema.has_value() || !sources.has_value()) return kMisused;
  int worst = kFine;
  for (const Source& source : *sources) {
    if (sources->size() > 1) fmt::print(stderr, "{}:\n", source.name);
    worst = std::max(worst, each(*schema, source.text));
  }
  return worst;
}

void AddValidate(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("validate", "Validate JSON under a schema");
  const auto judged = std::make_shared<Judged>();
  AddJudgedOptions(*command, *judged, "The JSON");
  command->callback([judged, &globals, &run] {
    run = [judged, &globals] {
      Client client = Connect(globals);
      return ForEachJudged(*judged, [&](const std::string& schema, const std::string& text) {
        v1::ValidateInstanceRequest request;
        request.mutable_schema()->set_json_schema(schema);
        request.set_instance_json(text);
        const auto result = client.ValidateInstance(request);
        const int code = Show(result, globals, PrintValidation);
        return result.ok() && !result->valid() ? kFailed : code;
      });
    };
  });
}

void AddParse(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command =
      app.add_subcommand("parse", "Find, repair and validate the answer in a model's text");
  const auto judged = std::make_shared<Judged>();
  AddJudgedOptions(*command, *judged, "The text");
  command->add_flag("--lossy", judged->lossy, "Allow repairs that lose something");
  command->callback([judged, &globals, &run] {
    run = [judged, &globals] {
      Client client = Connect(globals);
      return ForEachJudged(*judged, [&](const std::string& schema, const std::string& text) {
        v1::ParseTextRequest request;
        request.mutable_schema()->set_json_schema(schema);
        request.set_text(text);
        if (judged->lossy) request.mutable_validation()->set_max_loss(v1::MAX_LOSS_LOSSY);
        const auto result = client.ParseText(request);
        const int code = Show(result, globals, PrintParse);
        return result.ok() && !result->valid() ? kFailed : code;
      });
    };
  });
}

// The options of adapt.
struct Adaptation {
  std::string model;
  std::string mode;
  std::vector<std::string> files;
};

void AddAdapt(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("adapt", "Show a JSON Schema as a provider would get it");
  const auto adaptation = std::make_shared<Adaptation>();
  command->add_option("--model", adaptation->model, "provider/model; default: the daemon's");
  command->add_option("--mode", adaptation->mode, "Mode by name; default: the best for the model");
  command->add_option("files", adaptation->files, "Files of schemas; default: standard input");
  command->callback([adaptation, &globals, &run] {
    run = [adaptation, &globals] {
      const auto sources = ReadSources(std::nullopt, adaptation->files);
      if (!sources.has_value()) return kMisused;
      Client client = Connect(globals);
      int worst = kFine;
      for (const Source& source : *sources) {
        v1::AdaptSchemaRequest request;
        request.mutable_schema()->set_json_schema(source.text);
        request.mutable_target()->set_model(adaptation->model);
        request.mutable_target()->set_mode_name(adaptation->mode);
        worst = std::max(worst, Show(client.AdaptSchema(request), globals, PrintAdaptation));
      }
      return worst;
    };
  });
}

void AddLists(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  app.add_subcommand("providers", "List the providers")->callback([&globals, &run] {
    run = [&globals] { return Show(Connect(globals).ListProviders(), globals, PrintProviders); };
  });
  app.add_subcommand("modes", "List the modes")->callback([&globals, &run] {
    run = [&globals] { return Show(Connect(globals).ListModes(), globals, PrintModes); };
  });
}

}  // namespace

void AddCommands(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  AddExtract(app, globals, run);
  AddRender(app, globals, run);
  AddValidate(app, globals, run);
  AddParse(app, globals, run);
  AddAdapt(app, globals, run);
  AddInfer(app, globals, run);
  AddSchema(app, globals, run);
  AddRepair(app, globals, run);
  AddToon(app, globals, run);
  AddLists(app, globals, run);
  AddModels(app, globals, run);
  AddAdmin(app, globals, run);
  AddPull(app, globals, run);
}

void ComplainAboutCommand(const CLI::App& app) {
  const std::vector<std::string> rest = app.remaining();
  if (!app.get_subcommands().empty() || rest.empty()) return;
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  const std::string nearest = NearestName(rest.front(), known);
  fmt::print(
      stderr,
      "extractctl: no command '{}'{}\n",
      rest.front(),
      nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)
  );
}

}  // namespace extractd::ctl
