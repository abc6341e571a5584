#include "server/service/telemetry/payload_tap.h"

namespace extractd {
namespace {

// More than the log keeps, so that it sees that there was more.
constexpr size_t kMaxReplyBytes = observe::PayloadLog::kMaxBodyBytes + 4096;

}  // namespace

void PayloadTap::OnReplyBytes(std::string_view bytes) {
  if (reply_.size() < kMaxReplyBytes) reply_ += bytes.substr(0, kMaxReplyBytes - reply_.size());
}

void PayloadTap::OnEnd(const SendResult& sent) {
  log_.Add({
      .request_id = plan_.request_id,
      .attempt = attempt_,
      .provider = plan_.provider(),
      .model = plan_.model(),
      .mode = plan_.mode(),
      .url = request_.url,
      .request = request_.body,
      .reply = reply_,
      .http_status = sent.http_status,
      .failure = sent.ok() ? std::string_view() : SendFailureName(sent.failure),
  });
}

}  // namespace extractd
