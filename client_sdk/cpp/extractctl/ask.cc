#include "extractctl/ask.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "extractctl/source.h"
#include "server/base/strings.h"

namespace extractd::ctl {
namespace {

using Slot = v1::Media* (v1::Part::*)();

struct FileKind {
  std::string_view extension;
  std::string_view media_type;
  Slot slot;
};
const std::array kFileKinds = {
    FileKind{".png", "image/png", &v1::Part::mutable_image},
    FileKind{".jpg", "image/jpeg", &v1::Part::mutable_image},
    FileKind{".jpeg", "image/jpeg", &v1::Part::mutable_image},
    FileKind{".webp", "image/webp", &v1::Part::mutable_image},
    FileKind{".gif", "image/gif", &v1::Part::mutable_image},
    FileKind{".wav", "audio/wav", &v1::Part::mutable_audio},
    FileKind{".mp3", "audio/mpeg", &v1::Part::mutable_audio},
    FileKind{".pdf", "application/pdf", &v1::Part::mutable_document},
};

bool SetSchema(const std::string& file, v1::Schema& schema) {
  std::optional<std::string> text = ReadFile(file);
  if (!text.has_value()) return false;
  schema.set_json_schema(*std::move(text));
  return true;
}

bool AddTool(const std::string& option, v1::ExtractRequest& request) {
  const size_t equals = option.find('=');
  if (equals == std::string::npos) {
    fmt::print(stderr, "extractctl: --tool {}: write NAME=FILE\n", option);
    return false;
  }
  v1::Tool& tool = *request.add_tools();
  tool.set_name(option.substr(0, equals));
  return SetSchema(option.substr(equals + 1), *tool.mutable_schema());
}

bool Attach(const std::string& file, v1::Message& message) {
  const std::string name = ToLower(file);
  const auto* kind = std::ranges::find_if(kFileKinds, [&name](const FileKind& row) {
    return name.ends_with(row.extension);
  });
  if (kind == kFileKinds.end()) {
    fmt::print(stderr, "extractctl: {}: attach png, jpg, webp, gif, wav, mp3 or pdf\n", file);
    return false;
  }
  std::optional<std::string> bytes = ReadFile(file);
  if (!bytes.has_value()) return false;
  v1::Media& media = *(message.add_parts()->*kind->slot)();
  media.set_data(*std::move(bytes));
  media.set_media_type(std::string(kind->media_type));
  media.set_filename(file.substr(file.find_last_of('/') + 1));
  return true;
}

// What a valid answer looks like. False: said why on stderr.
bool SetSchemas(const Ask& ask, v1::ExtractRequest& request) {
  if (!ask.tools.empty()) {
    return std::ranges::all_of(ask.tools, [&request](const std::string& tool) {
      return AddTool(tool, request);
    });
  }
  if (!ask.schema_id.empty()) {
    request.mutable_schema()->set_schema_id(ask.schema_id);
    return true;
  }
  if (!ask.schema.empty()) return SetSchema(ask.schema, *request.mutable_schema());
  fmt::print(
      stderr, "extractctl: name a schema with --schema FILE, --schema-id ID or --tool NAME=FILE\n"
  );
  return false;
}

void SetGeneration(const Ask& ask, v1::ExtractRequest& request) {
  if (ask.max_output_tokens) {
    request.mutable_generation()->set_max_output_tokens(*ask.max_output_tokens);
  }
  if (ask.temperature) request.mutable_generation()->set_temperature(*ask.temperature);
  constexpr std::array<std::string_view, 4> kEfforts = {"none", "low", "medium", "high"};
  const auto* effort = std::ranges::find(kEfforts, ask.effort);
  if (effort != kEfforts.end()) {
    request.mutable_generation()->set_reasoning_effort(
        static_cast<v1::ReasoningEffort>(effort - kEfforts.begin() + 1)
    );
  }
}

}  // namespace

void AddAskOptions(CLI::App& command, Ask& ask) {
  auto* schema = command.add_option("--schema", ask.schema, "File of the JSON Schema");
  auto* id = command.add_option("--schema-id", ask.schema_id, "Registered schema: id or name");
  auto* tool = command.add_option(
      "--tool", ask.tools, "NAME=FILE: one of several schemas that the model picks from"
  );
  tool->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  auto* many = command.add_flag("--many", ask.many, "Any number of values of the schema");
  auto* maybe = command.add_flag("--maybe", ask.maybe, "One value, or the reason for none");
  schema->excludes(id)->excludes(tool);
  id->excludes(tool);
  many->excludes(maybe)->excludes(tool);
  maybe->excludes(tool);
  command.add_option("--attach", ask.attachments, "Image, audio or PDF file, before the text")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
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
  command.add_option("--effort", ask.effort, "How hard to think: none, low, medium or high")
      ->check(CLI::IsMember({"none", "low", "medium", "high"}));
  command.add_flag("--thinking", ask.thinking, "Show what the model thought, if it says");
  command.add_flag("--best-effort", ask.best_effort, "Take the best answer if none is valid");
}

std::optional<v1::ExtractRequest> MakeRequest(const Ask& ask) {
  v1::ExtractRequest request;
  if (!SetSchemas(ask, request)) return std::nullopt;
  if (ask.many) request.set_output_kind(v1::OUTPUT_KIND_ITERABLE);
  if (ask.maybe) request.set_output_kind(v1::OUTPUT_KIND_MAYBE);
  for (const std::string& file : ask.attachments) {
    if (request.messages().empty()) request.add_messages()->set_role(v1::ROLE_USER);
    if (!Attach(file, *request.mutable_messages(0))) return std::nullopt;
  }
  request.set_model(ask.model);
  for (const std::string& model : ask.fallbacks) {
    request.mutable_routing()->add_fallbacks()->set_model(model);
  }
  request.set_mode_name(ask.mode);
  request.set_system_prompt(ask.system);
  request.set_include_thinking(ask.thinking);
  if (ask.max_reasks) request.mutable_retry()->set_max_reasks(*ask.max_reasks);
  SetGeneration(ask, request);
  if (ask.best_effort) {
    request.mutable_validation()->set_on_invalid(v1::ON_INVALID_RETURN_BEST_EFFORT);
  }
  return request;
}

}  // namespace extractd::ctl
