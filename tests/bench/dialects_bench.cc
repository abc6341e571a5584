// What a dialect costs: the encoding of a request of 2 kB and the decoding of a reply whose answer
// has 1.5 kB, each beside the same through openai_chat; and the look-up of a handler.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "server/json/write.h"
#include "server/modes/mode_handler.h"
#include "server/providers/provider_table.h"
#include "server/registry/catalog.h"
#include "server/registry/registry.h"

namespace extractd {
namespace {

constexpr std::string_view kSchema =
    R"({"type":"object","properties":{"number":{"type":"string"},"issued":{"type":"string"},)"
    R"("seller":{"type":"string"},"currency":{"type":"string","enum":["EUR","USD","GBP","CHF"]},)"
    R"("items":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},)"
    R"("count":{"type":"integer"},"price":{"type":"number"}},"required":["name","count","price"],)"
    R"("additionalProperties":false}},"total":{"type":"number"}},"required":["number","issued",)"
    R"("seller","currency","items","total"],"additionalProperties":false})";

// 2 kB with the schema.
std::string Text() {
  std::string text = "Invoice INV-2026-00417 of 2 November 2026 from \"Ångström & Søn\":\n";
  for (int i = 0; text.size() + kSchema.size() < 2'000; ++i) {
    text += fmt::format("{} × article no. {} at {}.50 EUR each, as ordered;\n", i + 1, 1000 + i, i);
  }
  return text;
}

// 1.5 kB.
std::string Answer() {
  std::string answer =
      R"({"number":"INV-2026-00417","issued":"2026-11-02","seller":"Ångström & Søn","currency":"EUR","items":[)";
  for (int i = 0; answer.size() < 1'450; ++i) {
    answer += fmt::format(
        R"({}{{"name":"article no. {}","count":{},"price":{}.5}})",
        i == 0 ? "" : ",",
        1000 + i,
        i,
        i
    );
  }
  return answer + R"(],"total":1234.5})";
}

std::string Quoted(std::string_view text) {
  std::string out;
  json::WriteString(text, out);
  return out;
}

// A reply with one call of the tool, as the API of a dialect has it; $ is its arguments.
struct Job {
  std::string_view dialect;
  std::string_view provider;
  bool quoted;  // the arguments are a text
  std::string_view reply;
};
constexpr Job kJobs[] = {
    {"openai_chat",
     "openai",
     true,
     R"({"id":"chatcmpl-1","object":"chat.completion","created":1764000000,"model":"gpt-6-luna","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"answer","arguments":$}}]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":610,"completion_tokens":480,"total_tokens":1090,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}},"service_tier":"default"})"
    },
    {"openai_responses",
     "openai",
     true,
     R"({"id":"resp_1","object":"response","created_at":1764000000,"status":"completed","error":null,"incomplete_details":null,"model":"gpt-6-luna","output":[{"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1","name":"answer","arguments":$}],"usage":{"input_tokens":610,"input_tokens_details":{"cached_tokens":0},"output_tokens":480,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":1090}})"
    },
    {"anthropic_messages",
     "anthropic",
     false,
     R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[{"type":"tool_use","id":"toolu_1","name":"answer","input":$}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":610,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":480}})"
    },
    {"gemini",
     "google",
     false,
     R"({"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"answer","args":$}}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":610,"candidatesTokenCount":480,"totalTokenCount":1090},"modelVersion":"gemini-3.5-flash"})"
    },
    {"bedrock_converse",
     "bedrock",
     false,
     R"({"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"tu_1","name":"answer","input":$}}]}},"stopReason":"tool_use","usage":{"inputTokens":610,"outputTokens":480,"totalTokens":1090},"metrics":{"latencyMs":900}})"
    },
    {"cohere_chat",
     "cohere",
     true,
     R"({"id":"c1","message":{"role":"assistant","tool_calls":[{"id":"answer_1","type":"function","function":{"name":"answer","arguments":$}}],"tool_plan":""},"finish_reason":"TOOL_CALL","usage":{"billed_units":{"input_tokens":610,"output_tokens":480},"tokens":{"input_tokens":610,"output_tokens":480}}})"
    },
    {"ollama_chat",
     "ollama",
     false,
     R"({"model":"qwen3:8b","created_at":"2026-11-21T00:00:00Z","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"answer","arguments":$}}]},"done":true,"done_reason":"stop","prompt_eval_count":610,"eval_count":480})"
    },
};

ProviderRow RowOf(std::string_view provider) {
  const std::vector<ProviderRow> rows = providers::BuiltInProviders();
  return *std::ranges::find(rows, provider, &ProviderRow::name);
}

// One dialect with its provider's row, ready to encode and decode.
class Codec {
 public:
  explicit Codec(const Job& job)
      : row_(RowOf(job.provider)), dialect_(*providers::FindDialect(job.dialect)) {
    request_ = {.model = row_.default_model, .messages = {{.role = Role::kUser, .text = Text()}}};
    const SchemaText schema = {.name = "answer", .json = kSchema, .strict = true};
    FindModeHandler("TOOLS")->Ask(schema, {}, request_);
    const std::string answer = Answer();
    const size_t at = job.reply.find('$');
    reply_ = fmt::format(
        "{}{}{}",
        job.reply.substr(0, at),
        job.quoted ? Quoted(answer) : answer,
        job.reply.substr(at + 1)
    );
  }

  // False: it does not do what is measured.
  bool Run() {
    const auto body = dialect_.EncodeBody(row_, family_, request_);
    const SendResult result = dialect_.Decode(200, reply_, NoHeader);
    benchmark::DoNotOptimize(body);
    return body.ok() && result.ok() && result.reply.message.tool_calls.size() == 1 &&
           result.reply.message.tool_calls[0].arguments.size() > 1'400;
  }

 private:
  ProviderRow row_;
  const Dialect& dialect_;
  ModelFamily family_;
  ChatRequest request_;
  std::string reply_;
};

std::chrono::nanoseconds ThreadTime() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// In turn with openai_chat, so that both see the same machine; "of_openai_chat" must be at
// most 1.5.
void BM_EncodeAndDecode(benchmark::State& state, const Job& job) {
  constexpr int kBatch = 20;
  Codec chat(kJobs[0]);
  Codec codec(job);
  std::chrono::nanoseconds yardstick{};
  std::chrono::nanoseconds own{};
  bool fine = true;
  const auto time = [&fine](Codec& measured, std::chrono::nanoseconds& sum) {
    const auto start = ThreadTime();
    for (int i = 0; i < kBatch; ++i) fine = measured.Run() && fine;
    sum += ThreadTime() - start;
  };
  for (auto _ : state) {
    time(chat, yardstick);
    time(codec, own);
  }
  const double ratio = static_cast<double>(own.count()) / static_cast<double>(yardstick.count());
  const auto times = static_cast<double>(state.iterations()) * kBatch;
  state.counters["us"] = static_cast<double>(own.count()) / times / 1000;
  state.counters["of_openai_chat"] = ratio;
  if (!fine) state.SkipWithError("it does not encode, or finds no tool call");
  if (ratio > 1.5) state.SkipWithError("more than 1.5 times what openai_chat costs");
}

const bool kRegistered = [] {
  for (const Job& job : kJobs) {
    benchmark::RegisterBenchmark(
        fmt::format("BM_EncodeAndDecode/{}", job.dialect).c_str(),
        [&job](benchmark::State& state) { BM_EncodeAndDecode(state, job); }
    );
  }
  return true;
}();

// Of a loaded handler, among all that there are.
void BM_FindHandler(benchmark::State& state) {
  Registry registry;
  Catalog catalog(registry, &providers::FindDialect, {});
  for (const ProviderRow& row : providers::BuiltInProviders()) catalog.Put(row).IgnoreError();
  if (!registry.Find("openai", "TOOLS").ok()) state.SkipWithError("openai has no TOOLS");
  for (auto _ : state) benchmark::DoNotOptimize(registry.Find("openai", "TOOLS"));
}
BENCHMARK(BM_FindHandler);

}  // namespace
}  // namespace extractd
