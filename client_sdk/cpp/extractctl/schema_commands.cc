// extractctl infer, and extractctl schema register|get|list.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include "extractctl/commands.h"
#include "extractctl/show.h"
#include "extractctl/source.h"

namespace extractd::ctl {
namespace {

struct InferArguments {
  std::vector<std::string> files;
  std::string previous;
  bool lines = false;
  bool closed = false;
  bool optional = false;
  bool no_formats = false;
  std::optional<int> enum_from;
};

// Every file is an example, or with `lines` every line of them.
void AddExamples(const Source& source, bool lines, v1::SchemaExamples& examples) {
  if (!lines) {
    examples.add_examples_json(source.text);
    return;
  }
  for (size_t at = 0; at < source.text.size();) {
    const size_t end = std::min(source.text.find('\n', at), source.text.size());
    const std::string line = source.text.substr(at, end - at);
    if (line.find_first_not_of(" \t\r") != std::string::npos) examples.add_examples_json(line);
    at = end + 1;
  }
}

void PrintInferred(const v1::InferSchemaResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  fmt::print("{}\n", Pretty(response.json_schema(), options));
  std::fflush(stdout);
  for (const v1::Warning& warning : response.warnings()) {
    fmt::print(stderr, "  ! {}: {}\n", warning.code(), warning.message());
  }
}

int Infer(const InferArguments& arguments, const Globals& globals) {
  v1::InferSchemaRequest request;
  if (!arguments.previous.empty()) {
    std::optional<std::string> previous = ReadFile(arguments.previous);
    if (!previous.has_value()) return kMisused;
    request.set_previous_json_schema(*std::move(previous));
  }
  const auto sources = ReadSources(std::nullopt, arguments.files);
  if (!sources.has_value()) return kMisused;
  for (const Source& source : *sources) {
    AddExamples(source, arguments.lines, *request.mutable_examples());
  }
  v1::InferOptions& options = *request.mutable_examples()->mutable_options();
  options.set_closed_objects(arguments.closed);
  options.set_infer_required(!arguments.optional);
  options.set_infer_formats(!arguments.no_formats);
  if (arguments.enum_from) options.set_min_examples_for_enum(*arguments.enum_from);
  return Show(Connect(globals).InferSchema(request), globals, PrintInferred);
}

std::string Reference(const v1::RegisteredSchema& schema) {
  return schema.name().empty() ? schema.schema_id()
                               : fmt::format("{}@{}", schema.name(), schema.version());
}

void PrintRegistered(const v1::RegisterSchemaResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  fmt::print("{}\n", Reference(response.schema()));
  std::fflush(stdout);
  if (!response.created()) fmt::print(stderr, "was there already\n");
  for (const v1::Issue& change : response.changes()) {
    fmt::print(
        stderr,
        "  {} '{}': {} (breaks {})\n",
        change.keyword(),
        change.schema_path(),
        change.message(),
        change.expected()
    );
  }
}

void PrintSchema(const v1::GetSchemaResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  fmt::print("{}\n", Pretty(response.schema().json_schema(), options));
}

void PrintSchemas(const v1::ListSchemasResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  for (const v1::RegisteredSchema& schema : response.schemas()) {
    fmt::print(
        "{}  {}  {}\n",
        Reference(schema),
        schema.schema_id(),
        google::protobuf::util::TimeUtil::ToString(schema.create_time())
    );
  }
}

struct RegisterArguments {
  std::string file = "-";
  std::string name;
  std::string message;
  v1::Compatibility compatibility = v1::COMPATIBILITY_NONE;
};

int Register(const RegisterArguments& arguments, const Globals& globals) {
  std::optional<std::string> text = ReadFile(arguments.file);
  if (!text.has_value()) return kMisused;
  v1::RegisterSchemaRequest request;
  if (arguments.message.empty()) {
    request.mutable_schema()->set_json_schema(*std::move(text));
  } else {
    v1::ProtobufSchema& type = *request.mutable_schema()->mutable_protobuf();
    type.set_message_type(arguments.message);
    type.set_file_descriptor_set(*std::move(text));
  }
  request.set_name(arguments.name);
  request.set_compatibility(arguments.compatibility);
  return Show(Connect(globals).RegisterSchema(request), globals, PrintRegistered);
}

// All pages, one after the other.
int List(const std::string& prefix, const Globals& globals) {
  Client client = Connect(globals);
  v1::ListSchemasRequest request;
  request.set_name_prefix(prefix);
  while (true) {
    const Result<v1::ListSchemasResponse> page = client.ListSchemas(request);
    const int code = Show(page, globals, PrintSchemas);
    if (code != kFine || page->next_page_token().empty()) return code;
    request.set_page_token(page->next_page_token());
  }
}

void AddRegister(CLI::App& schema, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = schema.add_subcommand("register", "Keep a schema; prints its reference");
  const auto arguments = std::make_shared<RegisterArguments>();
  command->add_option("file", arguments->file, "File of the JSON Schema; default: standard input");
  command->add_option("--name", arguments->name, "Makes it the next version of this name");
  command->add_option(
      "--message", arguments->message, "The file is a FileDescriptorSet: the message's full name"
  );
  const std::map<std::string, v1::Compatibility> demands = {
      {"none", v1::COMPATIBILITY_NONE},
      {"backward", v1::COMPATIBILITY_BACKWARD},
      {"forward", v1::COMPATIBILITY_FORWARD},
  };
  command->add_option("--compatibility", arguments->compatibility, "With the version before")
      ->transform(CLI::CheckedTransformer(demands));
  command->callback([arguments, &globals, &run] {
    run = [arguments, &globals] { return Register(*arguments, globals); };
  });
}

}  // namespace

void AddInfer(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("infer", "Infer a schema from examples");
  const auto arguments = std::make_shared<InferArguments>();
  command->add_option(
      "files", arguments->files, "Files, one example each; default: standard input"
  );
  command->add_flag("--lines", arguments->lines, "Every line is an example");
  command->add_option("--previous", arguments->previous, "File of an inferred schema to refine");
  command->add_flag("--closed", arguments->closed, "Allow no other names in objects");
  command->add_flag("--optional", arguments->optional, "Require no names");
  command->add_flag("--no-formats", arguments->no_formats, "Find no formats");
  command->add_option("--enum-from", arguments->enum_from, "Strings for an enum; 0: no enums");
  command->callback([arguments, &globals, &run] {
    run = [arguments, &globals] { return Infer(*arguments, globals); };
  });
}

void AddSchema(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* schema = app.add_subcommand("schema", "Registered schemas");
  schema->require_subcommand(1);
  AddRegister(*schema, globals, run);

  CLI::App* get = schema->add_subcommand("get", "Print a schema");
  const auto id = std::make_shared<std::string>();
  get->add_option("id", *id, "Id, name or name@version")->required();
  get->callback([id, &globals, &run] {
    run = [id, &globals] {
      v1::GetSchemaRequest request;
      request.set_schema_id(*id);
      return Show(Connect(globals).GetSchema(request), globals, PrintSchema);
    };
  });

  CLI::App* list = schema->add_subcommand("list", "List the schemas by name");
  const auto prefix = std::make_shared<std::string>();
  list->add_option("--prefix", *prefix, "Only names that begin so");
  list->callback([prefix, &globals, &run] {
    run = [prefix, &globals] { return List(*prefix, globals); };
  });
}

}  // namespace extractd::ctl
