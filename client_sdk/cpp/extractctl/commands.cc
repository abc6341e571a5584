#include "extractctl/commands.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "extractctl/show.h"
#include "extractctl/source.h"
#include "extractd/client.h"
#include "server/base/nearest.h"

namespace extractd::ctl {
namespace {

// The options of commands that ask a model.
struct Ask {
  std::string schema;
  std::string schema_id;
  std::string model;
  std::vector<std::string> fallbacks;
  std::string mode;
  std::string system;
  std::optional<std::string> text;
  std::vector<std::string> files;
  std::optional<int> max_reasks;
  std::optional<int> max_output_tokens;
  std::optional<double> temperature;
  bool best_effort = false;
};

void AddAskOptions(CLI::App& command, Ask& ask) {
  auto* schema = command.add_option("--schema", ask.schema, "File of the JSON Schema");
  auto* id = command.add_option("--schema-id", ask.schema_id, "Registered schema: id or name");
  schema->excludes(id);
  command.add_option("--model", ask.model, "provider/model; default: the daemon's");
  command
      .add_option(
          "--fallback", ask.fallbacks, "provider/model to go on to if the model fails; repeatable"
      )
      ->allow_extra_args(false);
  command.add_option("--mode", ask.mode, "Mode by name; default: the best for the model");
  command.add_option("--system", ask.system, "Instructions that go first");
  command.add_option("--text", ask.text, "The text; default: the files, else standard input");
  command.add_option("files", ask.files, "Files of text, one extraction each");
  command.add_option("--max-reasks", ask.max_reasks, "Re-asks after an invalid answer");
  command.add_option("--max-output-tokens", ask.max_output_tokens, "Tokens per answer");
  command.add_option("--temperature", ask.temperature, "0 … 2");
  command.add_flag("--best-effort", ask.best_effort, "Take the best answer if none is valid");
}

std::optional<v1::ExtractRequest> MakeRequest(const Ask& ask) {
  v1::ExtractRequest request;
  if (ask.schema_id.empty()) {
    if (ask.schema.empty()) {
      fmt::print(stderr, "extractctl: name a schema with --schema FILE or --schema-id ID\n");
      return std::nullopt;
    }
    std::optional<std::string> schema = ReadFile(ask.schema);
    if (!schema.has_value()) return std::nullopt;
    request.mutable_schema()->set_json_schema(*std::move(schema));
  } else {
    request.mutable_schema()->set_schema_id(ask.schema_id);
  }
  request.set_model(ask.model);
  for (const std::string& model : ask.fallbacks) {
    request.mutable_routing()->add_fallbacks()->set_model(model);
  }
  request.set_mode_name(ask.mode);
  request.set_system_prompt(ask.system);
  if (ask.max_reasks) request.mutable_retry()->set_max_reasks(*ask.max_reasks);
  if (ask.max_output_tokens) {
    request.mutable_generation()->set_max_output_tokens(*ask.max_output_tokens);
  }
  if (ask.temperature) request.mutable_generation()->set_temperature(*ask.temperature);
  if (ask.best_effort) {
    request.mutable_validation()->set_on_invalid(v1::ON_INVALID_RETURN_BEST_EFFORT);
  }
  return request;
}

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

void AddExtract(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("extract", "Extract one object from each text");
  const auto ask = std::make_shared<Ask>();
  AddAskOptions(*command, *ask);
  command->callback([ask, &globals, &run] {
    run = [ask, &globals] {
      Client client = Connect(globals);
      return ForEachText(*ask, [&](const v1::ExtractRequest& request) {
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
