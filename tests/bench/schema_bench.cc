// Schemas: compiling them, and validating against them. The yardsticks in the same run are a strict
// parse of the same instance, and the same checks written by hand for this one schema.
#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "server/json/decimal.h"
#include "server/json/parse.h"
#include "server/schema/compiled_schema.h"

namespace extractd::schema {
namespace {

// What this thread has spent, so that other programs on the machine do not count.
std::chrono::nanoseconds ThreadTime() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

constexpr std::string_view kInvoiceSchema = R"({
  "type": "object",
  "properties": {
    "number": {"type": "string", "maxLength": 40},
    "issued": {"type": "string", "minLength": 10},
    "due": {"type": ["string", "null"]},
    "seller": {"type": "string", "minLength": 1},
    "buyer": {"type": "string", "minLength": 1},
    "currency": {"enum": ["EUR", "USD", "GBP", "CHF"]},
    "net": {"type": "number", "minimum": 0},
    "tax": {"type": "number", "minimum": 0},
    "total": {"type": "number", "minimum": 0},
    "items": {"type": "integer", "minimum": 1, "maximum": 1000},
    "paid": {"type": "boolean"},
    "notes": {"type": ["string", "null"]}
  },
  "required": ["number", "issued", "due", "seller", "buyer", "currency", "net", "tax", "total",
               "items", "paid", "notes"],
  "additionalProperties": false
})";

constexpr std::string_view kInvoice =
    R"({"number":"INV-2026-00417","issued":"2026-11-02","due":"2026-12-02",)"
    R"("seller":"Alder & Finch Ltd","buyer":"Northwind Traders","currency":"EUR","net":1249.50,)"
    R"("tax":237.41,"total":1486.91,"items":5,"paid":false,"notes":null})";

std::shared_ptr<const CompiledSchema> CompileInvoice() {
  return *Compile(std::string(kInvoiceSchema));
}

json::Document ParseText(std::string_view text) {
  return std::get<json::Document>(json::Parse(std::string(text)));
}

// What the invoice's schema says, written by hand.
bool HasText(const json::Value& invoice, std::string_view name, size_t min, size_t max) {
  const json::Value* value = invoice.Find(name);
  return value != nullptr && value->is_string() && value->string().size() >= min &&
         value->string().size() <= max;
}
bool HasTextOrNull(const json::Value& invoice, std::string_view name) {
  const json::Value* value = invoice.Find(name);
  return value != nullptr && (value->is_string() || value->is_null());
}
bool HasAmount(const json::Value& invoice, std::string_view name) {
  const json::Value* value = invoice.Find(name);
  return value != nullptr && value->is_number() && json::CompareNumbers(value->number(), "0") >= 0;
}
bool HasCurrency(const json::Value& invoice) {
  const json::Value* value = invoice.Find("currency");
  if (value == nullptr || !value->is_string()) return false;
  const std::string_view code = value->string();
  return code == "EUR" || code == "USD" || code == "GBP" || code == "CHF";
}
bool HasItems(const json::Value& invoice) {
  const json::Value* value = invoice.Find("items");
  if (value == nullptr || !value->is_number()) return false;
  const auto count = json::ToInt64(value->number());
  return count.has_value() && *count >= 1 && *count <= 1000;
}
bool HasTexts(const json::Value& invoice) {
  return HasText(invoice, "number", 0, 40) && HasText(invoice, "issued", 10, SIZE_MAX) &&
         HasText(invoice, "seller", 1, SIZE_MAX) && HasText(invoice, "buyer", 1, SIZE_MAX) &&
         HasTextOrNull(invoice, "due") && HasTextOrNull(invoice, "notes");
}
bool IsInvoice(const json::Value& invoice) {
  if (!invoice.is_object() || invoice.size() != 12 || !HasTexts(invoice)) return false;
  const json::Value* paid = invoice.Find("paid");
  return paid != nullptr && paid->is_boolean() && HasCurrency(invoice) && HasItems(invoice) &&
         HasAmount(invoice, "net") && HasAmount(invoice, "tax") && HasAmount(invoice, "total");
}

void BM_ValidateInvoice(benchmark::State& state) {
  const auto schema = CompileInvoice();
  const json::Document invoice = ParseText(kInvoice);
  for (auto _ : state) {
    if (!schema->IsValid(invoice.root())) state.SkipWithError("not valid");
  }
}
BENCHMARK(BM_ValidateInvoice);

void BM_ParseInvoice(benchmark::State& state) {
  for (auto _ : state) {
    json::ParseResult result = json::ParseView(kInvoice);
    if (!std::holds_alternative<json::Document>(result)) state.SkipWithError("not JSON");
    benchmark::DoNotOptimize(result);
  }
}
BENCHMARK(BM_ParseInvoice);

void BM_CheckInvoiceByHand(benchmark::State& state) {
  const json::Document invoice = ParseText(kInvoice);
  for (auto _ : state) {
    if (!IsInvoice(invoice.root())) state.SkipWithError("not valid");
  }
}
BENCHMARK(BM_CheckInvoiceByHand);

// All three interleaved, as ratios: below 1, validating takes less than the yardstick.
void BM_InvoiceRatios(benchmark::State& state) {
  constexpr int kRounds = 200;
  const auto schema = CompileInvoice();
  const json::Document invoice = ParseText(kInvoice);
  std::chrono::nanoseconds validate{};
  std::chrono::nanoseconds parse{};
  std::chrono::nanoseconds by_hand{};
  const auto time = [](std::chrono::nanoseconds& sum, auto once) {
    const auto start = ThreadTime();
    for (int i = 0; i < kRounds; ++i) benchmark::DoNotOptimize(once());
    sum += ThreadTime() - start;
  };
  for (auto _ : state) {
    time(validate, [&] { return schema->IsValid(invoice.root()); });
    time(parse, [&] { return json::ParseView(kInvoice).index(); });
    time(by_hand, [&] { return IsInvoice(invoice.root()); });
  }
  const auto ratio = [&](std::chrono::nanoseconds of) {
    return static_cast<double>(validate.count()) / static_cast<double>(of.count());
  };
  state.counters["of_parse"] = ratio(parse);
  state.counters["of_by_hand"] = ratio(by_hand);
}
BENCHMARK(BM_InvoiceRatios);

void BM_CompileInvoice(benchmark::State& state) {
  for (auto _ : state) {
    auto schema = Compile(std::string(kInvoiceSchema));
    if (!schema.ok()) state.SkipWithError("does not compile");
    benchmark::DoNotOptimize(schema);
  }
}
BENCHMARK(BM_CompileInvoice);

// One of many invoices, all of them required to have twelve fields.
void BM_CompileLarge(benchmark::State& state) {
  std::string text = R"({"type":"object","properties":{)";
  for (int i = 0; text.size() < static_cast<size_t>(state.range(0)); ++i) {
    text += fmt::format("{}\"invoice{}\":{}", i == 0 ? "" : ",", i, kInvoiceSchema);
  }
  text += "}}";
  for (auto _ : state) {
    auto schema = Compile(text);
    if (!schema.ok()) state.SkipWithError("does not compile");
    benchmark::DoNotOptimize(schema);
  }
  state.SetComplexityN(static_cast<std::int64_t>(text.size()));
}
BENCHMARK(BM_CompileLarge)->Arg(20'000)->Arg(200'000)->Arg(900'000)->Complexity(benchmark::oN);

void BM_ValidateList(benchmark::State& state) {
  const auto schema = *Compile(fmt::format(R"({{"type":"array","items":{}}})", kInvoiceSchema));
  std::string text = "[";
  while (text.size() < static_cast<size_t>(state.range(0))) {
    text.append(text.size() > 1 ? "," : "").append(kInvoice);
  }
  text += "]";
  const json::Document list = ParseText(text);
  for (auto _ : state) {
    if (!schema->IsValid(list.root())) state.SkipWithError("not valid");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.SetComplexityN(static_cast<std::int64_t>(text.size()));
}
BENCHMARK(BM_ValidateList)
    ->Arg(2'000)
    ->Arg(20'000)
    ->Arg(200'000)
    ->Arg(2'000'000)
    ->Complexity(benchmark::oN);

// Four things are wrong.
void BM_ExplainInvoice(benchmark::State& state) {
  const auto schema = CompileInvoice();
  const json::Document invoice =
      ParseText(R"({"number":417,"issued":"today","due":"2026-12-02","seller":"Alder & Finch Ltd",)"
                R"("buyer":"Northwind Traders","currency":"EURO","net":1249.50,"tax":237.41,)"
                R"("total":1486.91,"items":5,"paid":false})");
  for (auto _ : state) {
    IssueList issues = schema->Validate(invoice.root());
    if (issues.total != 4) state.SkipWithError("not four issues");
    benchmark::DoNotOptimize(issues);
  }
}
BENCHMARK(BM_ExplainInvoice);

}  // namespace
}  // namespace extractd::schema
