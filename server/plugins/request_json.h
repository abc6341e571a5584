// The neutral chat request as JSON, for dialects of plug-ins. docs/plugins.md describes the form.
#ifndef EXTRACTD_SERVER_PLUGINS_REQUEST_JSON_H_
#define EXTRACTD_SERVER_PLUGINS_REQUEST_JSON_H_

#include <string>

#include "server/chat/chat.h"

namespace extractd::plugins {

// Everything of `request` but what the host adds itself (`extra_body`). What is not set
// is left out.
std::string RequestJson(const ChatRequest& request);

}  // namespace extractd::plugins

#endif  // EXTRACTD_SERVER_PLUGINS_REQUEST_JSON_H_
