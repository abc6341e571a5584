// Parsing: strict and tolerant, 2 kB to 2 MB, and one provider's answer. Bytes per second and, over
// the sizes, the growth, which must be linear.
#include <string>
#include <variant>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "server/json/parse.h"
#include "server/json/tolerant.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

void AllSizes(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t bytes : {2'000, 20'000, 200'000, 2'000'000}) bench->Arg(bytes);
  bench->Complexity(benchmark::oN);
}

// One of many objects with seven values.
std::string MakeRecord(int i) {
  return fmt::format(
      "{{\"id\": {}, \"name\": \"Person {} of the list\", \"email\": \"person{}@example.org\", "
      "\"score\": {}.25, \"active\": {}, \"tags\": [\"alpha\", \"b\\u00e9ta\"]}}",
      i,
      i,
      i,
      i % 100,
      i % 2 == 0
  );
}

// The same with four kinds of damage.
std::string MakeDamagedRecord(int i) {
  return fmt::format(
      "{{id: {}, 'name': 'Person {} of the list', \"email\": \"person{}@example.org\", "
      "\"score\": {}.25, \"active\": True, \"tags\": [\"alpha\", \"b\\u00e9ta\",]}}",
      i,
      i,
      i,
      i % 100
  );
}

// Records until the text has `bytes` bytes, every `damage_every`th of them damaged; 0: none.
std::string MakeRecords(size_t bytes, int damage_every = 0) {
  std::string text = "{\"records\": [";
  for (int i = 0; text.size() + 2 < bytes; ++i) {
    const bool damaged = damage_every > 0 && i % damage_every == 0;
    text += i == 0 ? "" : ", ";
    text += damaged ? MakeDamagedRecord(i) : MakeRecord(i);
  }
  return text + "]}";
}

// A chat completion with one tool call: what every request has to read.
std::string MakeEnvelope() {
  const std::string arguments =
      R"({"invoice_number":"INV-2026-00417","issue_date":"2026-11-02","due_date":"2026-12-02",)"
      R"("seller":"Alder & Finch Ltd","buyer":"Northwind Traders","currency":"EUR","net":1249.50,)"
      R"("tax":237.41,"total":1486.91,"paid":false,"lines":[{"text":"Oak table","quantity":1,)"
      R"("price":899.00},{"text":"Chair, set of 4","quantity":1,"price":350.50}],"notes":null})";
  std::string quoted;
  WriteString(arguments, quoted);
  return R"({"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion",)"
         R"("created":1762956789,"model":"gpt-4.1-2025-04-14","choices":[{"index":0,"message":)"
         R"({"role":"assistant","content":null,"tool_calls":[{"id":"call_abc123abc123abc123",)"
         R"("type":"function","function":{"name":"record_invoice","arguments":)" +
         quoted +
         R"(}}],"refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"tool_calls"}],)"
         R"("usage":{"prompt_tokens":412,"completion_tokens":167,"total_tokens":579,)"
         R"("prompt_tokens_details":{"cached_tokens":256,"audio_tokens":0},)"
         R"("completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,)"
         R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},)"
         R"("service_tier":"default","system_fingerprint":"fp_a1b2c3d4e5","metadata":{)"
         R"("region":"eu-central-1","deployment":"primary","trace":"4bf92f3577b34da6a3ce929d0e0e4736",)"
         R"("summary":"The invoice names one seller, one buyer and two lines; the tax rate is not )"
         R"(stated, so the tax is taken as printed. The due date is thirty days after the issue )"
         R"(date. Nothing in the text says whether it has been paid, and no notes are given."}})";
}

void SetBytes(benchmark::State& state, const std::string& text) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.SetComplexityN(static_cast<std::int64_t>(text.size()));
}

void StrictParse(benchmark::State& state, const std::string& text, const ParseOptions& options) {
  for (auto _ : state) {
    ParseResult result = ParseView(text, options);
    if (!std::holds_alternative<Document>(result)) state.SkipWithError("not JSON");
    benchmark::DoNotOptimize(result);
  }
  SetBytes(state, text);
}

void BM_StrictEnvelope(benchmark::State& state) {
  const std::string text = MakeEnvelope();
  state.counters["text"] = static_cast<double>(text.size());
  StrictParse(state, text, {});
}
BENCHMARK(BM_StrictEnvelope);

void BM_Strict(benchmark::State& state) {
  StrictParse(state, MakeRecords(static_cast<size_t>(state.range(0))), {});
}
BENCHMARK(BM_Strict)->Apply(AllSizes);

void BM_StrictRejectingDuplicates(benchmark::State& state) {
  const std::string text = MakeRecords(static_cast<size_t>(state.range(0)));
  StrictParse(state, text, {.duplicate_keys = DuplicateKeys::kReject});
}
BENCHMARK(BM_StrictRejectingDuplicates)->Apply(AllSizes);

// An answer in a code fence, with prose around it and about 4 changes per 1.3 kB inside it; no more
// than the parser allows.
void BM_Tolerant(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  const int damage_every = bytes > 200'000 ? 80 : 8;
  const std::string text = "Here is the list:\n```json\n" + MakeRecords(bytes, damage_every) +
                           "\n```\nLet me know if you need more.";
  for (auto _ : state) {
    TolerantResult result = ParseTolerant(text);
    if (!result.document.has_value()) state.SkipWithError("not read");
    state.counters["repairs"] = static_cast<double>(result.repairs.size());
    benchmark::DoNotOptimize(result);
  }
  SetBytes(state, text);
}
BENCHMARK(BM_Tolerant)->Apply(AllSizes);

void BM_Write(benchmark::State& state) {
  const ParseResult parsed = Parse(MakeRecords(static_cast<size_t>(state.range(0))));
  std::string text;
  for (auto _ : state) {
    text = ToText(std::get<Document>(parsed).root());
    benchmark::DoNotOptimize(text);
  }
  SetBytes(state, text);
}
BENCHMARK(BM_Write)->Apply(AllSizes);

}  // namespace
}  // namespace extractd::json
