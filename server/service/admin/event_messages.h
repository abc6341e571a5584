// Events as messages of the API, and what watchers of them ask for.
#ifndef EXTRACTD_SERVER_SERVICE_ADMIN_EVENT_MESSAGES_H_
#define EXTRACTD_SERVER_SERVICE_ADMIN_EVENT_MESSAGES_H_

#include <absl/status/statusor.h>

#include "extractd/v1/admin_service.pb.h"
#include "server/observe/event_bus.h"

namespace extractd {

// All but lost_events.
void ToMessage(const observe::Event& event, v1::WatchEventsResponse& out);

// kInvalidRequest: a kind is unspecified, or there are more than 16.
absl::StatusOr<observe::EventBus::Filter> FilterOf(const v1::WatchEventsRequest& request);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_ADMIN_EVENT_MESSAGES_H_
