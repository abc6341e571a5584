// Targets of a request: its own model and those that it may go on to.
#ifndef EXTRACTD_SERVER_SERVICE_EXTRACTION_REQUEST_TARGETS_H_
#define EXTRACTD_SERVER_SERVICE_EXTRACTION_REQUEST_TARGETS_H_

#include <string_view>
#include <vector>

#include "extractd/v1/options.pb.h"
#include "server/base/error.h"
#include "server/engine/call.h"
#include "server/service/extraction/messages.h"

namespace extractd {

// What is wrong with MODE_CUSTOM in a request.
inline constexpr std::string_view kCustomMode =
    "MODE_CUSTOM stands in responses: name the plug-in's mode in mode_name";

// `message` has model, provider, mode and mode_name. Mode and name may be set both, and must mean
// the same then; only the planner can tell.
template <class Message>
Target ReadTargetOf(const Message& message) {
  const std::string number_means(ModeName(message.mode()));
  Target target = {.model = message.model(), .provider = message.provider()};
  target.mode = message.mode_name().empty() ? number_means : message.mode_name();
  if (!message.mode_name().empty()) target.mode_number_name = number_means;
  return target;
}

// Reads the fallbacks of `call`, whose own target is read already. Appends what is wrong.
void ReadRouting(
    const v1::RoutingOptions& options, ExtractCall& call, std::vector<FieldViolation>& violations
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_EXTRACTION_REQUEST_TARGETS_H_
