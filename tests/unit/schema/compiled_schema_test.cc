#include "server/schema/compiled_schema.h"

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/schema/schema_test.h"

namespace {
std::atomic<size_t> allocations = 0;
}  // namespace

// The thread sanitizer has operators of its own, which cannot be replaced.
#if !__has_feature(thread_sanitizer)
// Counts, for the whole program; what it returns is plain memory.
void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
#endif

namespace extractd::schema {
namespace {

constexpr std::string_view kInvoice = R"({
  "title": "Invoice",
  "description": "What an invoice says.",
  "type": "object",
  "properties": {
    "number": {"type": "string", "pattern": "^INV-[0-9]{4}-[0-9]+$"},
    "issued": {"type": "string", "format": "date"},
    "due": {"type": ["string", "null"], "format": "date"},
    "seller": {"type": "string", "minLength": 1, "maxLength": 200},
    "buyer": {"$ref": "#/$defs/party"},
    "email": {"type": "string", "format": "email"},
    "currency": {"enum": ["EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN"]},
    "net": {"type": "number", "minimum": 0, "multipleOf": 0.01},
    "tax": {"type": "number", "minimum": 0},
    "total": {"anyOf": [{"type": "null"}, {"type": "number", "exclusiveMinimum": 0}]},
    "paid": {"type": "boolean"},
    "lines": {
      "type": "array",
      "minItems": 1,
      "uniqueItems": true,
      "items": {
        "type": "object",
        "properties": {"text": {"type": "string"}, "quantity": {"type": "integer"}},
        "required": ["text", "quantity"],
        "additionalProperties": false
      }
    }
  },
  "required": ["number", "issued", "seller", "buyer", "currency", "total", "lines"],
  "additionalProperties": false,
  "$defs": {
    "party": {
      "type": "object",
      "properties": {"name": {"type": "string"}, "country": {"type": "string", "maxLength": 2}},
      "required": ["name"],
      "propertyNames": {"maxLength": 20}
    }
  }
})";

constexpr std::string_view kGoodInvoice = R"({
  "number": "INV-2026-417", "issued": "2026-11-02", "due": null, "seller": "Alder & Finch Ltd",
  "buyer": {"name": "Northwind Traders", "country": "NL"}, "email": "office@example.org",
  "currency": "PLN", "net": 1249.50, "tax": 237.41, "total": 1486.91, "paid": false,
  "lines": [{"text": "Oak table", "quantity": 1}, {"text": "Chair", "quantity": 4.0}]
})";

TEST(CompiledSchemaTest, KeepsWhatItWasMadeOf) {
  const auto schema = CompileOrDie(std::string(kInvoice));
  EXPECT_EQ(schema->text(), kInvoice);
  EXPECT_EQ(schema->root().Find("properties")->size(), 12U);
  EXPECT_EQ(schema->title(), "Invoice");
  EXPECT_EQ(schema->description(), "What an invoice says.");
  EXPECT_EQ(CompileOrDie("true")->title(), "");
  EXPECT_GT(schema->memory_bytes(), kInvoice.size() + 1000);
}

TEST(CompiledSchemaTest, TheIdIsThatOfTheText) {
  EXPECT_EQ(
      CompileOrDie("{}")->id(),
      "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
  );
  EXPECT_EQ(CompileOrDie("{}")->id(), CompileOrDie("{}")->id());
  EXPECT_NE(CompileOrDie("{}")->id(), CompileOrDie("{ }")->id());
}

TEST(CompiledSchemaTest, AValidInstanceAllocatesNothing) {
  const auto schema = CompileOrDie(std::string(kInvoice));
  const json::Document invoice = ParseOrDie(std::string(kGoodInvoice));
  ASSERT_EQ(IssuesOf(*schema, std::string(kGoodInvoice)), "");
  ASSERT_TRUE(schema->IsValid(invoice.root()));  // RE2 makes its automata now
  const size_t before = allocations;
  const bool valid = schema->IsValid(invoice.root());
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_TRUE(valid);
}

TEST(CompiledSchemaTest, AllIssuesOfABadInvoiceAreListed) {
  EXPECT_EQ(
      IssuesOf(
          std::string(kInvoice),
          R"({"number":"417","issued":"2026-13-02","buyer":{"country":"Norway"},"currency":"EURO",
              "total":"12","lines":[{"text":"a","quantity":1.5,"price":3}],"remarks":""})"
      ),
      "/number: expected text that matches the pattern \"^INV-[0-9]{4}-[0-9]+$\", got \"417\"\n"
      "/issued: expected text of the format \"date\", got \"2026-13-02\"\n"
      "/buyer/country: expected at most 2 characters, got 6: \"Norway\"\n"
      "/buyer: the required member \"name\" is missing\n"
      "/currency: expected one of \"EUR\", \"USD\", \"GBP\", \"CHF\", \"JPY\", \"SEK\", \"NOK\", "
      "\"DKK\", \"PLN\", got string \"EURO\"; did you mean \"EUR\"?\n"
      "/total: expected null or number, got string \"12\"\n"
      "/lines/0/quantity: expected integer, got number 1.5\n"
      "/lines/0/price: the member \"price\" is not allowed; allowed are \"text\", \"quantity\"\n"
      "/remarks: the member \"remarks\" is not allowed; allowed are \"number\", \"issued\", "
      "\"due\", "
      "\"seller\", \"buyer\", \"email\", \"currency\", \"net\", \"tax\", \"total\", \"paid\", "
      "\"lines\"\n"
      ": the required member \"seller\" is missing\n"
  );
}

TEST(CompiledSchemaTest, ManyThreadsShareOne) {
  const auto schema = CompileOrDie(std::string(kInvoice));
  const json::Document invoice = ParseOrDie(std::string(kGoodInvoice));
  std::atomic<int> valid = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j) valid += schema->IsValid(invoice.root()) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(valid, 400);
}

}  // namespace
}  // namespace extractd::schema
