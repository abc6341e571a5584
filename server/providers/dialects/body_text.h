// Reading the JSON of bodies and events, whose bytes are never trusted.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_BODY_TEXT_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_BODY_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

#include "server/json/value.h"

namespace extractd::providers {

struct BodyText {
  std::optional<json::Document> document = {};  // a view of the text that was read
  std::string problem = {};                     // why there is none: "the reply is not JSON"
  bool sanitized = false;                       // bytes that were not UTF-8 were replaced by U+FFFD
};

// `what` is what the problem speaks of: "the reply". `text` must outlive the document.
BodyText ReadBodyText(std::string_view text, std::string_view what);

// Makes UTF-8 of `text`, in which halves of surrogate pairs may stand: those that meet become their
// character, the others U+FFFD. True: there were some of the others.
bool MendHalves(std::string& text);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_BODY_TEXT_H_
