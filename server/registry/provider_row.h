// What is known of a provider and of its model families: rows of facts, never code. Built-in rows
// stand in providers/defs and providers/models; configuration adds and changes rows of the same
// form.
#ifndef EXTRACTD_SERVER_REGISTRY_PROVIDER_ROW_H_
#define EXTRACTD_SERVER_REGISTRY_PROVIDER_ROW_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/chat/upstream.h"
#include "server/registry/capability_set.h"

namespace extractd {

// How a forced tool call is written: by the tool's name, by the word "required" or "any". kAuto:
// calls can be allowed, not forced. kNone: the API has no such field.
enum class ToolChoiceForm : std::uint8_t { kNamed, kRequired, kNone, kAny, kAuto };

// What stands under response_format.json_schema: {name, description, schema, strict}, the same
// without strict, {schema} alone; or, as kFlat, {type, schema} without an object of its own.
enum class SchemaForm : std::uint8_t { kStrict, kPlain, kSchemaOnly, kFlat };

// What of the model's thoughts an assistant message of the request must hold when it is sent back:
// nothing; their text as reasoning_content, with calls of tools; what came as reasoning_details.
enum class ThinkingEcho : std::uint8_t { kNone, kText, kDetails };

// How a document is handed over, besides as text: as a `file` part, by its address as document_url
// or file_url; or not at all.
enum class DocumentForm : std::uint8_t { kFile, kDocumentUrl, kFileUrl, kNone };

// Which requests to a model go over the provider's Responses API instead of its chat API: none but
// those of its own modes, those that want thoughts and tools together, all with tools, all.
enum class ResponsesUse : std::uint8_t { kNone, kThinkingWithTools, kTools, kAll };

// How a model is told how much to reason.
enum class ReasoningForm : std::uint8_t {
  kEffort,  // in words
  kBudget,  // in tokens
  kEither,
};

// What a provider takes of one kind of media.
struct MediaRule {
  MediaKind kind = MediaKind::kImage;
  std::vector<std::string> types = {};  // IANA, in lower case; "text/*": all of a sort; empty: any
  bool bytes = true;
  bool urls = false;  // that it fetches itself
  bool file_ids = false;
  size_t max_bytes = 0;  // of one, before any encoding; 0: no limit is known
  size_t max_count = 0;  // in one request; 0: no limit is known
  friend bool operator==(const MediaRule&, const MediaRule&) = default;
};

// An address for one value of an environment variable, where the variable does not fit into it as
// it is: some regions have hosts of their own kind.
struct BaseUrlCase {
  std::string variable = {};
  std::string value = {};  // empty: the variable is not set
  std::string base_url = {};
  friend bool operator==(const BaseUrlCase&, const BaseUrlCase&) = default;
};

// What the models of a family can and can't. A row describes them whole: the row with the longest
// matching prefix counts, one of the provider before one of any provider.
struct ModelFamily {
  std::string provider = {};  // empty: wherever the model is served
  std::string prefix = {};    // of the provider's name of the model
  std::vector<std::string> modes = {
  };  // replaces the provider's, the best first; empty: all of them
  bool forced_tool = true;               // honours a forced tool choice
  bool enforces = true;                  // schemas, as the provider does
  bool reasons = false;                  // unless told not to
  bool sampling_while_reasoning = true;  // takes temperature and top_p then
  std::string reasoning_off = {};        // JSON object of members that switch reasoning off
  bool tools_need_reasoning_off = false;
  bool worked_example = false;  // see AskStyle
  std::string body = {};        // the same, before the row's
  ReasoningForm reasoning_form = ReasoningForm::kEffort;
  // The token limit of calls that set none, where the protocol needs one. 0: the dialect's own.
  std::int32_t default_max_tokens = 0;
  // ReasoningEffort's values, in order, as the dialect writes them to these models: words or
  // numbers of tokens; an empty one has no counterpart. Empty: the dialect's usual ones.
  std::vector<std::string> efforts = {};
  // JSON object of members that ask for an effort, whose value stands in place of ${effort}; empty:
  // the dialect's usual ones.
  std::string effort_form = {};
  std::vector<MediaKind> no_media = {};  // kinds they don't take, though the provider does
  bool developer_role = false;      // instructions are those of the developer, not of the system
  std::string thinking_shown = {};  // JSON object of members, where the caller wants the thoughts
  ResponsesUse responses = ResponsesUse::kNone;
  std::vector<std::string> refuses = {};  // as the row's, besides those
  // Streams answers whose format it enforces; else those are asked for whole.
  bool streams_schemas = true;
  friend bool operator==(const ModelFamily&, const ModelFamily&) = default;
};

// What an operator says of a model, or of all whose names begin alike.
struct OwnModel {
  std::string name = {};               // with `*` at its end: every name that begins so
  std::int64_t max_input_tokens = 0;   // 0: unknown
  std::int64_t max_output_tokens = 0;  // 0: unknown
  // All that it can of kVision … kReasoning, kParallelTools, kPromptCache. Absent: not said.
  std::optional<CapabilitySet> capabilities = {};
  std::optional<ModelFamily> family = {};  // in place of the built-in one; `prefix` is not read
  friend bool operator==(const OwnModel&, const OwnModel&) = default;
};

struct ProviderRow {
  std::string name = {};  // lower case, as in requests
  std::vector<std::string> aliases = {};
  std::string dialect = "openai_chat";
  // No trailing slash. `${NAME}` and `${NAME:-default}` stand for environment variables; a row
  // whose variable is not set can't be used until it is.
  std::string base_url = {};
  std::string base_url_variable = {};  // environment variable that replaces it
  std::string chat_path = "/chat/completions";
  std::string key_variable = {};  // environment variable of the key; empty: none is sent
  std::string key_file = {};      // read instead of the variable, if set
  bool key_required = true;
  std::string key_header = {};  // header of the bare key; empty: authorization, as a bearer token
  // How requests are authorised where a key that stays the same is not enough: the name of a
  // signer (providers/auth/signers.h), which works where no key is set. Empty: by the key alone.
  std::string signer = {};
  std::vector<std::pair<std::string, std::string>> headers = {
  };  // further ones, names in lower case
  std::string docs_url = {};
  std::string default_model = {};        // empty: the caller must name one
  std::vector<std::string> models = {};  // known ones besides; metrics name no others
  std::vector<std::string> modes = {};   // by name, the best first
  std::string origin = "built-in";

  // Wire facts.
  bool http2 = false;
  std::string max_tokens_field = "max_tokens";
  ToolChoiceForm tool_choice = ToolChoiceForm::kNamed;
  bool sends_strict_tools = false;        // tools[].function.strict
  bool sends_parallel_tool_calls = true;  // parallel_tool_calls: false beside a forced tool
  // The subset of JSON Schema (schema/lower/subset.h) that it enforces; empty: it enforces none.
  std::string enforcement = {};
  bool object_root_only = true;  // of schemas in response_format
  bool describe_schema = false;  // see AskStyle
  bool instruct_last = false;    // see AskStyle
  std::string body = {};         // JSON object of members that bodies get unless the call sets them

  SendTimers timers = {
      .connect = std::chrono::seconds(5),
      .first_byte = std::chrono::seconds(300),
      .idle = std::chrono::seconds(60),
      .total = std::chrono::seconds(600),
  };

  // `{model}` in a path stands for the model, which the body does not name then.
  std::string stream_path = {};  // of streamed requests; empty: chat_path
  // Wire facts of OpenAI-like APIs.
  std::string responses_path = {};  // of the Responses API, behind base_url; empty: it has none
  std::string responses_body = {};  // as `body`, for the Responses API
  // It keeps what it answered unless told not to; then thoughts come encrypted, to be sent again.
  bool stores_responses = false;
  SchemaForm schema_form = SchemaForm::kStrict;
  ThinkingEcho thinking_echo = ThinkingEcho::kNone;
  DocumentForm documents = DocumentForm::kFile;
  // JSON object of members that bound the tokens of thoughts, with `$` for the number; empty: the
  // API has no such bound.
  std::string budget = {};
  std::string seed_field = "seed";
  bool asks_for_stream_usage = true;    // stream_options; else usage comes unasked
  bool merges_roles = false;            // two messages of one role in a row are refused
  bool one_system_message = false;      // at the beginning
  bool splits_parallel_calls = false;   // each call's result follows it before the next call
  bool tool_results_from_user = false;  // there is no role for them
  bool short_call_ids = false;          // nine of A-Z a-z 0-9
  // Fields of Generation that it does not take, by name: they are left out with a warning, or the
  // call fails.
  std::vector<std::string> refuses = {};
  // What it takes besides text: one rule a kind, a kind without one is not taken. Absent: nobody
  // knows, the provider judges.
  std::optional<std::vector<MediaRule>> media = {};
  std::string models_path = {};  // of a list of its models, behind base_url; empty: it has none
  std::string pull_path = {};    // lets it load a model; empty: it can't
  bool pull_missing = false;     // a model that it lacks is pulled at its first use
  // Further variables of the key, read in this order if key_variable has none.
  std::vector<std::string> other_key_variables = {};
  // The first that fits takes the place of a base_url that nobody changed.
  std::vector<BaseUrlCase> base_url_cases = {};
  std::string signer_scope = {};  // what the signer's tokens are for; empty: the signer's default
  bool streams_schemas = true;    // as ModelFamily has it, for all of its models
  std::vector<OwnModel> own_models = {};
  // The subset that the schemas of tools must fit; empty: none in particular. A schema that does
  // not is asked for in another mode, unless the caller names one.
  std::string tool_enforcement = {};
  friend bool operator==(const ProviderRow&, const ProviderRow&) = default;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_PROVIDER_ROW_H_
