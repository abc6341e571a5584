// An example of a plug-in for extractd: it teaches it the protocol of Parley, an imaginary
// provider, a mode that asks for the answer between two tags, and the provider itself.
//
// Parley takes {"model", "script": ["user: …", …], "limit"} and answers
// {"output", "stopped": "end" | "limit", "tokens": {"in", "out"}}, or {"problem"} with a status
// that is not 200. Streamed, it is lines of JSON: {"begun": true, "tokens_in"}, then {"add"} for
// each piece of the output, then {"stopped", "tokens_out"}. docs/plugins.md leads through this
// file.
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <extractd/plugin.h>
#include <nlohmann/json.hpp>

namespace {

using Json = nlohmann::json;

// Nothing may be thrown across the border: what is missing or of another type is the default.
Json Parse(extractd_text text) {
  return Json::parse(text.data, text.data + text.size, nullptr, /*allow_exceptions=*/false);
}

std::string TextIn(const Json& object, const char* key) {
  const auto member = object.is_object() ? object.find(key) : object.end();
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

long long CountIn(const Json& object, const char* key) {
  const auto member = object.is_object() ? object.find(key) : object.end();
  return member != object.end() && member->is_number_unsigned() ? member->get<long long>() : 0;
}

int Write(extractd_output* output, const Json& value) {
  // Bytes that are not UTF-8 are replaced instead of thrown at.
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return output->write(output, text.data(), text.size());
}

int Fail(extractd_output* output, std::string_view problem) {
  output->write(output, problem.data(), problem.size());
  return 1;
}

int Encode(void* /*self*/, extractd_text text, extractd_output* body) {
  const Json request = Parse(text);
  const auto messages = request.is_object() ? request.find("messages") : request.end();
  if (messages == request.end()) return Fail(body, "the request has no messages");
  Json out = {{"model", TextIn(request, "model")}, {"script", Json::array()}};
  for (const Json& message : *messages) {
    if (message.contains("media")) return Fail(body, "Parley takes text alone");
    out["script"].push_back(TextIn(message, "role") + ": " + TextIn(message, "text"));
  }
  const auto generation = request.find("generation");
  const long long limit =
      generation == request.end() ? 0 : CountIn(*generation, "max_output_tokens");
  if (limit > 0) out["limit"] = limit;
  if (request.contains("stream")) out["stream"] = true;
  return Write(body, out);
}

// What a status means that is not 200.
const char* FailureOf(int status) {
  if (status == 401 || status == 403) return "auth";
  if (status == 404) return "unknown_model";
  if (status == 429) return "rate_limited";
  return status >= 500 ? "server_error" : "rejected";
}

const char* FinishReasonIn(const Json& body) {
  return TextIn(body, "stopped") == "limit" ? "length" : "stop";
}

int Decode(void* /*self*/, int http_status, extractd_text text, extractd_output* meaning) {
  const Json body = Parse(text);
  if (http_status != 200) {
    return Write(
        meaning, {{"failure", FailureOf(http_status)}, {"message", TextIn(body, "problem")}}
    );
  }
  if (!body.is_object() || !body.contains("output")) {
    return Write(meaning, {{"failure", "malformed"}, {"message", "the reply has no output"}});
  }
  const Json tokens = body.value("tokens", Json::object());
  return Write(
      meaning,
      {{"reply",
        {{"text", TextIn(body, "output")},
         {"finish_reason", FinishReasonIn(body)},
         {"usage",
          {{"input_tokens", CountIn(tokens, "in")}, {"output_tokens", CountIn(tokens, "out")}}}}}}
  );
}

// What a line of a stream adds. Each says all that it means, so that nothing is kept between them.
int ReadLine(void* /*stream*/, extractd_text /*name*/, extractd_text line, extractd_output* added) {
  const Json event = Parse(line);
  if (!event.is_object()) {
    return Write(added, {{"failure", "malformed"}, {"message", "a line is no object"}});
  }
  if (event.contains("problem")) {
    return Write(added, {{"failure", "server_error"}, {"message", TextIn(event, "problem")}});
  }
  if (event.contains("add")) return Write(added, {{"reply", {{"text", TextIn(event, "add")}}}});
  if (event.contains("begun")) {
    return Write(added, {{"reply", {{"usage", {{"input_tokens", CountIn(event, "tokens_in")}}}}}});
  }
  if (!event.contains("stopped")) return 0;  // what later versions of Parley may say
  return Write(
      added,
      {{"reply",
        {{"finish_reason", FinishReasonIn(event)},
         {"usage", {{"output_tokens", CountIn(event, "tokens_out")}}}}},
       {"last", true}}
  );
}

constexpr std::string_view kOpen = "<answer>";
constexpr std::string_view kClose = "</answer>";

int Find(void* /*self*/, extractd_text text, size_t* begin, size_t* end) {
  const std::string_view reply(text.data, text.size);
  const size_t open = reply.find(kOpen);
  if (open == std::string_view::npos) return 1;
  *begin = open + kOpen.size();
  const size_t close = reply.find(kClose, *begin);
  *end = close == std::string_view::npos ? reply.size() : close;
  return 0;
}

constexpr std::array<extractd_dialect, 1> kDialects = {{
    {.name = "parley",
     .self = nullptr,
     .encode = Encode,
     .decode = Decode,
     .framing = EXTRACTD_FRAMING_JSON_LINES,
     .stream_begin = nullptr,
     .stream_end = nullptr,
     .stream_read = ReadLine},
}};

constexpr std::array<extractd_mode, 1> kModes = {{
    {.name = "TAGGED_JSON",
     .description = "JSON between two tags in plain text.",
     .self = nullptr,
     .answer = EXTRACTD_ANSWER_TEXT,
     .instruction = "Extract the data from the conversation. Answer with a JSON value that is "
                    "valid under this "
                    "JSON Schema, between <answer> and </answer>:\n{schema}",
     .correction = "That is not valid:\n{issues}Answer again between <answer> and </answer>.",
     .find = Find},
}};

constexpr const char* kProviders = R"(
providers:
  parley:
    dialect: parley
    base_url: ${PARLEY_URL:-http://127.0.0.1:8099}
    chat_path: /talk
    key_variable: PARLEY_API_KEY
    key_required: false
    docs_url: https://parley.example/docs
    default_model: talk-1
    modes: [TAGGED_JSON, MD_JSON]
    models:
      - name: talk-1
        capabilities: []
        max_input_tokens: 32000
        price: {input: 1, output: 4}
)";

constexpr extractd_plugin kPlugin = {
    .abi = EXTRACTD_PLUGIN_ABI,
    .name = "parley-example",
    .version = "1.2.0",
    .dialects = kDialects.data(),
    .dialect_count = kDialects.size(),
    .modes = kModes.data(),
    .mode_count = kModes.size(),
    .providers = kProviders,
};

}  // namespace

const extractd_plugin* extractd_plugin_get(uint32_t host_abi) {
  return host_abi == EXTRACTD_PLUGIN_ABI ? &kPlugin : nullptr;
}
