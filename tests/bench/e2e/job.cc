#include "tests/bench/e2e/job.h"

#include <fmt/format.h>

#include "extractd/v1/extraction.pb.h"
#include "server/json/write.h"

namespace extractd::bench {

std::string_view InvoiceSchema() {
  return R"({"title":"invoice","type":"object","additionalProperties":false,"properties":{)"
         R"("invoice_number":{"type":"string","minLength":1,"maxLength":40},)"
         R"("issue_date":{"type":"string","format":"date"},)"
         R"("due_date":{"type":"string","format":"date"},)"
         R"("seller":{"type":"string","description":"Who is paid."},)"
         R"("buyer":{"type":"string","description":"Who pays."},)"
         R"("currency":{"type":"string","enum":["EUR","USD","GBP","CHF"]},)"
         R"("net":{"type":"number","minimum":0},"tax":{"type":"number","minimum":0},)"
         R"("total":{"type":"number","minimum":0},"paid":{"type":"boolean"},)"
         R"("lines":{"type":"array","minItems":1,"items":{"type":"object",)"
         R"("additionalProperties":false,"properties":{"text":{"type":"string"},)"
         R"("quantity":{"type":"integer","minimum":1},"price":{"type":"number"}},)"
         R"("required":["text","quantity","price"]}},"notes":{"type":["string","null"]}},)"
         R"("required":["invoice_number","issue_date","due_date","seller","buyer","currency",)"
         R"("net","tax","total","paid","lines","notes"]})";
}

std::string_view InvoiceText() {
  return "Alder & Finch Ltd, 12 Mill Lane, Bath\n\nINVOICE INV-2026-00417\nDate: 2 November 2026\n"
         "Payable until: 2 December 2026\n\nTo: Northwind Traders, Hafenstrasse 8, Hamburg\n\n"
         "1 x Oak table ................ EUR 899.00\n1 x Chair, set of 4 .......... EUR 350.50\n\n"
         "Net .......................... EUR 1,249.50\nVAT 19 % ..................... EUR 237.41\n"
         "Total ........................ EUR 1,486.91\n\nPlease transfer the total to the account "
         "named overleaf and give the number of this invoice with the payment. Goods remain ours "
         "until they are paid for. Thank you for your order; we hope that the table serves you "
         "well for many years. Questions? Call +44 1225 000000 on weekdays from nine to five.\n";
}

std::string_view InvoiceJson() {
  return R"({"invoice_number":"INV-2026-00417","issue_date":"2026-11-02","due_date":"2026-12-02",)"
         R"("seller":"Alder & Finch Ltd","buyer":"Northwind Traders","currency":"EUR","net":1249.50,)"
         R"("tax":237.41,"total":1486.91,"paid":false,"lines":[{"text":"Oak table","quantity":1,)"
         R"("price":899.00},{"text":"Chair, set of 4","quantity":1,"price":350.50}],"notes":null})";
}

std::string CompletionBody() {
  std::string arguments;
  json::WriteString(InvoiceJson(), arguments);
  return fmt::format(
      R"({{"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion",)"
      R"("created":1793577600,"model":"bench-1-2026-11-01","choices":[{{"index":0,"message":)"
      R"({{"role":"assistant","content":null,"tool_calls":[{{"id":"call_abc123abc123abc123",)"
      R"("type":"function","function":{{"name":"invoice","arguments":{}}}}}],"refusal":null,)"
      R"("annotations":[]}},"logprobs":null,"finish_reason":"tool_calls"}}],"usage":{{)"
      R"("prompt_tokens":612,"completion_tokens":167,"total_tokens":779,)"
      R"("prompt_tokens_details":{{"cached_tokens":256,"audio_tokens":0}},)"
      R"("completion_tokens_details":{{"reasoning_tokens":0,"audio_tokens":0,)"
      R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}},)"
      R"("service_tier":"default","system_fingerprint":"fp_a1b2c3d4e5","metadata":{{)"
      R"("region":"eu-central-1","deployment":"primary","trace":"4bf92f3577b34da6a3ce929d0e0e4736",)"
      R"("build":"2026.11.01-3","cluster":"a7","replica":"c1c2d3"}}}})",
      arguments
  );
}

std::string ExtractRequestBytes() {
  v1::ExtractRequest request;
  request.set_model("bench/bench-1");
  request.set_mode(v1::MODE_TOOLS);
  request.mutable_schema()->set_json_schema(std::string(InvoiceSchema()));
  request.set_system_prompt("Read the invoice. Write dates as YYYY-MM-DD.");
  request.set_input(std::string(InvoiceText()));
  return request.SerializeAsString();
}

}  // namespace extractd::bench
