// What errors of the Messages protocol mean. Shapes and sources: docs/errors.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_ERRORS_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_ERRORS_H_

#include <string_view>

#include "server/chat/upstream.h"
#include "server/json/value.h"

namespace extractd::providers::anthropic {

// A body of a status other than 200.
SendResult DecodeError(int http_status, std::string_view body);

// The error in `body`, under whatever status it came; `http_status` 200 for one inside a reply or a
// stream, whose type says then what the status would have been.
SendResult ClassifyError(int http_status, const json::Value& body);

}  // namespace extractd::providers::anthropic

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_ERRORS_H_
