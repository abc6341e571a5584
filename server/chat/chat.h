// The provider-neutral chat vocabulary: modes write requests in it, dialects encode them and decode
// replies into it. Plain values without behaviour.
#ifndef EXTRACTD_SERVER_CHAT_CHAT_H_
#define EXTRACTD_SERVER_CHAT_CHAT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace extractd {

enum class Role : std::uint8_t { kSystem, kUser, kAssistant, kTool };

struct ToolCall {
  std::string id = {};  // the provider's; empty if it gave none
  std::string name = {};
  std::string arguments = {};  // JSON text as the model wrote it; may be malformed
};

enum class MediaKind : std::uint8_t { kImage, kAudio, kDocument };
// What `Media::content` is: the bytes themselves, an address that the provider fetches from, or
// its id of a file that it has.
enum class MediaSource : std::uint8_t { kBytes, kUrl, kFileId };

struct Media {
  MediaKind kind = MediaKind::kImage;
  MediaSource source = MediaSource::kBytes;
  std::string content = {};
  std::string media_type = {};  // IANA, "image/png"; always there with kBytes
  std::string filename = {};
  size_t text_offset = 0;  // in its message: stands before this byte of the text
};

// A piece of what the model thought before it answered.
struct Thinking {
  std::string text = {};    // readable; may be empty
  std::string opaque = {};  // the provider's signature or encrypted block; echoed unchanged
};

struct Message {
  Role role = Role::kUser;
  std::string text = {};
  std::vector<Media> media = {};          // by text_offset; kUser only
  std::vector<Thinking> thinking = {};    // kAssistant only
  std::vector<ToolCall> tool_calls = {};  // kAssistant only
  std::string tool_call_id = {};          // kTool only
  bool tool_failed = false;               // kTool only: `text` says what was wrong
  // kAssistant: the reply as the provider wrote it, JSON of its dialect, which sends it back
  // unchanged instead of the fields above. Empty: the fields say everything.
  std::string verbatim = {};
};

// A JSON Schema on its way to a provider. The bytes belong to the plan of the call, which outlives
// every request made from it, and are spliced into bodies as they are.
struct SchemaText {
  std::string_view name = {};         // [A-Za-z0-9_-]{1,64}
  std::string_view description = {};  // may be empty
  std::string_view json = {};         // compact JSON text
  bool strict = false;  // the provider shall enforce it; it fits the provider's subset
};

enum class AnswerFormat : std::uint8_t { kText, kJsonObject, kJsonSchema };

// Whether the model must call one of the tools it is given.
enum class ToolUse : std::uint8_t {
  kForced,  // exactly one call
  kAtLeastOne,
  kFree,  // it may answer in words
};

enum class ReasoningEffort : std::uint8_t { kNone, kLow, kMedium, kHigh };

// How the model generates; what is absent is the provider's default.
struct Generation {
  std::optional<double> temperature = {};
  std::optional<double> top_p = {};
  std::optional<std::int32_t> max_output_tokens = {};
  std::optional<std::int64_t> seed = {};
  std::vector<std::string> stop = {};
  std::optional<ReasoningEffort> reasoning_effort = {};
  std::optional<std::int32_t> thinking_budget_tokens = {};  // never beside reasoning_effort
};

struct ChatRequest {
  std::string model = {};
  std::vector<Message> messages = {};
  std::vector<SchemaText> tools = {};
  ToolUse tool_use = ToolUse::kForced;  // with tools
  AnswerFormat format = AnswerFormat::kText;
  std::optional<SchemaText> schema = {};  // with kJsonSchema
  Generation generation = {};
  bool stream = false;
  bool include_thinking = false;  // the caller wants to read it: ask for it in words
  // JSON object whose members replace or join those of the body; empty for none.
  std::string extra_body = {};
};

// Tokens as the provider counted them. Cached and cache-write tokens are part of the input tokens,
// reasoning tokens part of the output tokens.
struct Usage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cached_input_tokens = 0;
  std::int64_t cache_write_input_tokens = 0;
  std::int64_t reasoning_tokens = 0;
  std::int64_t toon_saved_tokens = 0;  // an estimate of ours; part of no other count
  bool estimated = false;              // some were never reported, and are estimates of ours

  Usage& operator+=(const Usage& other) {
    input_tokens += other.input_tokens;
    output_tokens += other.output_tokens;
    cached_input_tokens += other.cached_input_tokens;
    cache_write_input_tokens += other.cache_write_input_tokens;
    reasoning_tokens += other.reasoning_tokens;
    toon_saved_tokens += other.toon_saved_tokens;
    estimated = estimated || other.estimated;
    return *this;
  }
  friend bool operator==(const Usage&, const Usage&) = default;
};

// Why the model stopped. Not what it did: some providers say kStop after a tool call.
enum class FinishReason : std::uint8_t {
  kUnspecified,
  kStop,
  kToolCalls,
  kLength,
  kRefusal,
  kContentFilter,
  kOther
};
// "stop", "tool_calls" …
std::string_view FinishReasonName(FinishReason reason);

// A source that the provider named for what the model said.
struct Citation {
  std::string text = {};  // quoted
  std::string url = {};
  std::string title = {};
};

struct ChatReply {
  Message message = {.role = Role::kAssistant};
  std::vector<Citation> citations = {};
  std::string refusal = {};  // the model's words when it refused
  bool sanitized = false;    // bytes that were not UTF-8 were replaced by U+FFFD
  FinishReason finish_reason = FinishReason::kUnspecified;
  Usage usage = {};
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_CHAT_CHAT_H_
