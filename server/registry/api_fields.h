// Which members of a request body a mode stands in.
#ifndef EXTRACTD_SERVER_REGISTRY_API_FIELDS_H_
#define EXTRACTD_SERVER_REGISTRY_API_FIELDS_H_

#include <string>
#include <vector>

#include "server/registry/registry.h"

namespace extractd {

// The members that a body has for the mode and would not have without it, by their paths:
// "response_format", "generationConfig.responseMimeType"; in the order of the body. Empty: the mode
// is words in the prompt alone. Found by encoding two requests, so that it is never out of date.
// REQUIRES: nothing of `handler` is null.
std::vector<std::string> ApiFieldsOf(const Handler& handler);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_API_FIELDS_H_
