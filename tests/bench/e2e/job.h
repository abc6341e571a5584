// The job that every system under test does: read one invoice. About 2 kB go in, and the provider
// answers 1.5 kB, a chat completion with one tool call of 12 fields.
#ifndef EXTRACTD_TESTS_BENCH_E2E_JOB_H_
#define EXTRACTD_TESTS_BENCH_E2E_JOB_H_

#include <string>
#include <string_view>

namespace extractd::bench {

// JSON Schema of the invoice.
std::string_view InvoiceSchema();
// What the model is asked to read.
std::string_view InvoiceText();
// The object that the provider answers with.
std::string_view InvoiceJson();

// The body of the provider's reply: a tool call with InvoiceJson() as its arguments.
std::string CompletionBody();
// Bytes of the ExtractRequest that asks for the invoice in mode TOOLS, from the provider "bench".
std::string ExtractRequestBytes();

// The key that the provider is called with.
inline constexpr std::string_view kKey = "bench-0123456789abcdef0123456789abcdef";

}  // namespace extractd::bench

#endif  // EXTRACTD_TESTS_BENCH_E2E_JOB_H_
