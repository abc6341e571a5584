// `generationConfig`: how the model generates, thinks and what form its answer has.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_GENERATION_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_GENERATION_H_

#include "server/chat/chat.h"
#include "server/json/text_writer.h"
#include "server/registry/provider_row.h"

namespace extractd::providers::gemini {

// `schema` is written in the OpenAPI dialect that `parameters` and `responseSchema` take; else it
// is JSON Schema.
bool IsOpenApi(const ProviderRow& row, const SchemaText& schema);

// The model is told how long to think in tokens; those after it in words.
bool ThinksByBudget(const ModelFamily& model);

// Adds the member to the object that `out` has open, unless it would be empty.
void WriteGenerationConfig(
    const ProviderRow& row,
    const ModelFamily& model,
    const ChatRequest& request,
    json::TextWriter& out
);

}  // namespace extractd::providers::gemini

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_GENERATION_H_
