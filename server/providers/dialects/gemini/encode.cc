#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <absl/status/status.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/json/parse.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"
#include "server/providers/dialects/body.h"
#include "server/providers/dialects/gemini/contents.h"
#include "server/providers/dialects/gemini/gemini.h"
#include "server/providers/dialects/gemini/generation.h"

namespace extractd::providers::gemini {
namespace {

// What the caller's members of the body mean for the rest of it.
struct CallersMembers {
  bool cached_content = false;
  std::string tools = {};  // elements of the caller's `tools`, with commas between them
};

bool IsSet(const json::Value* text) {
  return text != nullptr && text->is_string() && !text->string().empty();
}

std::string ElementsOf(const json::Value* list) {
  std::string elements;
  if (list == nullptr || !list->is_array()) return elements;
  for (const json::Value& element : *list) {
    if (!elements.empty()) elements += ',';
    json::Write(element, elements);
  }
  return elements;
}

absl::StatusOr<CallersMembers> ReadCallersMembers(const std::string& extra_body) {
  if (extra_body.empty()) return CallersMembers();
  const json::ParseResult parsed = json::ParseView(extra_body);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr || !document->root().is_object()) {
    return absl::InvalidArgumentError("not a JSON object");
  }
  // The API reads both spellings.
  return CallersMembers{
      .cached_content = IsSet(document->root().Find("cachedContent")) ||
                        IsSet(document->root().Find("cached_content")),
      .tools = ElementsOf(document->root().Find("tools")),
  };
}

void WriteFunctions(const ProviderRow& row, const ChatRequest& request, json::TextWriter& out) {
  out.BeginObject().Key("functionDeclarations").BeginArray();
  for (const SchemaText& tool : request.tools) {
    out.BeginObject().Member("name", tool.name);
    if (!tool.description.empty()) out.Member("description", tool.description);
    out.RawMember(IsOpenApi(row, tool) ? "parameters" : "parametersJsonSchema", tool.json);
    out.EndObject();
  }
  out.EndArray().EndObject();
}

// VALIDATED leaves the choice to the model, as AUTO does, but enforces the parameters. Names are
// allowed beside a forced call only.
void WriteToolConfig(const ModelFamily& model, const ChatRequest& request, json::TextWriter& out) {
  const bool forced = model.forced_tool && request.tool_use != ToolUse::kFree;
  const bool enforced = std::ranges::all_of(request.tools, &SchemaText::strict);
  out.Key("toolConfig").BeginObject().Key("functionCallingConfig").BeginObject();
  if (forced) {
    out.Member("mode", "ANY").Key("allowedFunctionNames").BeginArray();
    for (const SchemaText& tool : request.tools) out.String(tool.name);
    out.EndArray();
  } else {
    out.Member("mode", enforced ? "VALIDATED" : "AUTO");
  }
  out.EndObject().EndObject();
}

std::string Write(
    const ProviderRow& row,
    const ModelFamily& model,
    const ChatRequest& request,
    const CallersMembers& callers
) {
  json::TextWriter out(ExpectedBytes(request));
  out.BeginObject();
  const ContentsStyle style = {
      .system_in_chat = callers.cached_content,
      .excuse_signatures = !ThinksByBudget(model),
  };
  WriteChat(row, request, style, out);
  if (!request.tools.empty()) {
    out.Key("tools").BeginArray();
    WriteFunctions(row, request, out);
    out.EndArray();
    WriteToolConfig(model, request, out);
  }
  WriteGenerationConfig(row, model, request, out);
  out.EndObject();
  return std::move(out).Take();
}

// Lists are replaced where bodies are merged. The caller's tools, such as a search, must not
// replace the functions that the answer comes through.
std::string JoinedTools(
    const ProviderRow& row, const ChatRequest& request, const CallersMembers& callers
) {
  json::TextWriter out;
  out.BeginObject().Key("tools").BeginArray();
  WriteFunctions(row, request, out);
  out.Raw(callers.tools).EndArray().EndObject();
  return std::move(out).Take();
}

absl::Status CachedContentBesideTools() {
  const std::string problem =
      "cachedContent cannot be used in a mode with tools: use JSON_SCHEMA, JSON or MD_JSON";
  return MakeError(
      {.reason = Reason::kInvalidRequest, .fields = {{"generation.provider_options_json", problem}}
      },
      problem
  );
}

}  // namespace

absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
) {
  ASSIGN_OR_RETURN(const CallersMembers callers, ReadCallersMembers(request.extra_body));
  if (callers.cached_content && !request.tools.empty()) return CachedContentBesideTools();
  ASSIGN_OR_RETURN(
      std::string body, CompleteBody(row, model, request, Write(row, model, request, callers))
  );
  if (request.tools.empty() || callers.tools.empty()) return body;
  return MergeBodies(std::move(body), JoinedTools(row, request, callers));
}

}  // namespace extractd::providers::gemini
