#include "server/net/streams/aws_event_reader.h"

namespace extractd::net {

EventReader::Progress AwsEventReader::Read(std::string_view bytes, OnEvent on_event) {
  if (progress_ != Progress::kGoesOn) return progress_;
  decoder_.Feed(bytes);
  while (progress_ == Progress::kGoesOn) {
    const absl::StatusOr<const EventMessage*> message = decoder_.Next();
    if (!message.ok()) {
      const bool large = absl::IsResourceExhausted(message.status());
      progress_ = large ? Progress::kTooLarge : Progress::kMalformed;
    } else if (*message == nullptr) {
      break;
    } else if (!on_event((*message)->name(), (*message)->data())) {
      progress_ = Progress::kEnded;
    }
  }
  return progress_;
}

EventReader::Progress AwsEventReader::Finish(OnEvent /*on_event*/) {
  if (progress_ == Progress::kGoesOn && !decoder_.at_boundary()) progress_ = Progress::kMalformed;
  return progress_;
}

}  // namespace extractd::net
