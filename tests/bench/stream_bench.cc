// Streams: what a chunk of an answer costs. The yardstick in the same run is a strict parse and
// validation of the whole answer, once.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "server/chat/stream.h"
#include "server/engine/stream/partial_answer.h"
#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/net/streams/sse_reader.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/schema/compiled_schema.h"
#include "tests/bench/long_answer.h"

namespace extractd {
namespace {

constexpr size_t kChunkBytes = 15;  // about what providers send at a time

std::vector<std::string_view> ChunksOf(std::string_view text) {
  std::vector<std::string_view> chunks;
  for (size_t at = 0; at < text.size(); at += kChunkBytes) {
    chunks.push_back(text.substr(at, kChunkBytes));
  }
  return chunks;
}

void CountChunks(benchmark::State& state, size_t chunks) {
  state.counters["chunks"] = static_cast<double>(chunks);
  state.counters["per_chunk"] = benchmark::Counter(
      static_cast<double>(chunks),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert
  );
}

void BM_Whole(benchmark::State& state) {
  const auto schema = *schema::Compile(std::string(bench::kLongAnswerSchema));
  const std::string answer = bench::LongAnswer(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    const json::ParseResult parsed = json::ParseView(answer);
    benchmark::DoNotOptimize(schema->IsValid(std::get<json::Document>(parsed).root()));
  }
}

// Parser, schema and ops.
void BM_Partials(benchmark::State& state) {
  const auto schema = *schema::Compile(std::string(bench::kLongAnswerSchema));
  const std::string answer = bench::LongAnswer(static_cast<size_t>(state.range(0)));
  const std::vector<std::string_view> chunks = ChunksOf(answer);
  size_t told = 0;
  const auto count = [&told](const PartialOp& op) { told += op.text.size(); };
  for (auto _ : state) {
    PartialAnswer partial(*schema, {});
    for (const std::string_view chunk : chunks) partial.Feed(chunk, count);
    partial.Settle(answer, count);
  }
  benchmark::DoNotOptimize(told);
  CountChunks(state, chunks.size());
}

class PartialSink final : public DeltaSink {
 public:
  explicit PartialSink(const schema::CompiledSchema& schema) : partial_(schema, {}) {}
  void OnText(std::string_view piece) override {
    partial_.Feed(piece, [this](const PartialOp& op) { told += op.text.size(); });
  }
  void OnArguments(size_t, std::string_view, std::string_view) override {}
  void OnThinking(std::string_view) override {}
  size_t told = 0;

 private:
  PartialAnswer partial_;
};

// The same from the bytes of the socket on: events, the dialect's decoder, partials.
void BM_FromEvents(benchmark::State& state) {
  const auto schema = *schema::Compile(std::string(bench::kLongAnswerSchema));
  const std::string answer = bench::LongAnswer(static_cast<size_t>(state.range(0)));
  std::vector<std::string> events;
  for (const std::string_view chunk : ChunksOf(answer)) {
    std::string quoted;
    json::WriteString(chunk, quoted);
    events.push_back(fmt::format(
        "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,"
        "\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{}}},"
        "\"finish_reason\":null}}]}}\n\n",
        quoted
    ));
  }
  for (auto _ : state) {
    net::SseReader reader;
    const auto decoder = providers::openai_chat::NewStreamDecoder();
    PartialSink sink(*schema);
    for (const std::string& event : events) {
      reader.Read(event, [&](std::string_view name, std::string_view data) {
        return decoder->Read({.name = name, .data = data}, sink);
      });
    }
    benchmark::DoNotOptimize(sink.told);
  }
  CountChunks(state, events.size());
}

BENCHMARK(BM_Whole)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Partials)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_FromEvents)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace extractd
