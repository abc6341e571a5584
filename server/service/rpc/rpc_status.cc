#include "server/service/rpc/rpc_status.h"

#include <optional>
#include <string_view>
#include <utility>

#include <google/protobuf/util/time_util.h>
#include <grpcpp/support/error_details.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/base/error.h"
#include "server/base/utf8.h"

namespace extractd {
namespace {

constexpr const char* kDomain = "extractd";
constexpr size_t kMaxMetadataValueBytes = 256;
constexpr size_t kMaxDescriptionBytes = 200;

std::string Cut(std::string_view text, size_t max_bytes) {
  return std::string(CutUtf8(text, max_bytes));
}

std::string MetadataOf(const ErrorDetails& details, std::string_view key) {
  for (const auto& [name, value] : details.metadata) {
    if (name == key) return value;
  }
  return {};
}

class DetailsWriter {
 public:
  explicit DetailsWriter(google::rpc::Status& out) : out_(out) {}

  // As much metadata as fits into half of the room.
  void AddErrorInfo(const ErrorDetails& details) {
    google::rpc::ErrorInfo info;
    info.set_reason(std::string(ReasonName(details.reason)));
    info.set_domain(kDomain);
    for (const auto& [key, value] : details.metadata) {
      if (key == "docs_url" || value.empty()) continue;
      (*info.mutable_metadata())[key] = Cut(value, kMaxMetadataValueBytes);
      if (info.ByteSizeLong() <= kMaxDetailsBytes / 2) continue;
      info.mutable_metadata()->erase(key);
      break;
    }
    Add(info);
  }

  void AddRequestInfo(const std::string& request_id) {
    google::rpc::RequestInfo info;
    info.set_request_id(request_id);
    Add(info);
  }

  // As many violations as fit.
  void AddBadRequest(const ErrorDetails& details) {
    if (details.fields.empty()) return;
    const size_t room = Room();
    google::rpc::BadRequest bad;
    for (const FieldViolation& violation : details.fields) {
      auto& entry = *bad.add_field_violations();
      entry.set_field(Cut(violation.field, kMaxDescriptionBytes));
      entry.set_description(Cut(violation.description, kMaxDescriptionBytes));
      if (bad.ByteSizeLong() <= room) continue;
      bad.mutable_field_violations()->RemoveLast();
      break;
    }
    Add(bad);
  }

  void AddRetryInfo(const ErrorDetails& details) {
    if (!details.retry_after.has_value()) return;
    google::rpc::RetryInfo info;
    *info.mutable_retry_delay() =
        google::protobuf::util::TimeUtil::MillisecondsToDuration(details.retry_after->count());
    Add(info);
  }

  void AddQuotaFailure(const ErrorDetails& details) {
    const bool of_caller =
        details.reason == Reason::kRateLimited || details.reason == Reason::kBudgetExceeded;
    if (details.reason != Reason::kProviderRateLimited && !of_caller) return;
    google::rpc::QuotaFailure failure;
    auto& violation = *failure.add_violations();
    const std::string subject = MetadataOf(details, "subject");
    violation.set_subject(
        subject.empty() ? "provider:" + MetadataOf(details, "provider") : subject
    );
    const std::string limit = MetadataOf(details, "limit");
    if (!limit.empty()) {
      violation.set_description("limit of this daemon: " + limit);
    } else {
      violation.set_description(
          MetadataOf(details, "quota").empty() ? "rate limit of the provider"
                                               : "quota of the provider is used up"
      );
    }
    Add(failure);
  }

  void AddHelp(const ErrorDetails& details) {
    const std::string url = MetadataOf(details, "docs_url");
    if (url.empty()) return;
    google::rpc::Help help;
    help.add_links()->set_url(Cut(url, kMaxMetadataValueBytes));
    help.mutable_links(0)->set_description("documentation of the provider");
    Add(help);
  }

  // What is told of attempts shrinks until everything fits.
  void AddFailure(v1::ExtractionFailure failure) {
    const size_t room = Room();
    while (failure.ByteSizeLong() > room && Shrink(failure)) {
    }
    Add(failure);
  }

 private:
  // Bytes that one more detail may have.
  size_t Room() const {
    constexpr size_t kAny = 80;  // the type's URL and the lengths around it
    const size_t used = out_.ByteSizeLong() + kAny;
    return used < kMaxDetailsBytes ? kMaxDetailsBytes - used : 0;
  }

  void Add(const google::protobuf::Message& detail) {
    if (detail.ByteSizeLong() <= Room()) out_.add_details()->PackFrom(detail);
  }

  // False: nothing is left to take away.
  static bool Shrink(v1::ExtractionFailure& failure) {
    for (v1::Attempt& attempt : *failure.mutable_attempts()) {
      if (attempt.issues_size() == 0 && attempt.raw_text().empty()) continue;
      attempt.clear_issues();
      attempt.clear_raw_text();
      return true;
    }
    if (failure.attempts_size() > 1) {
      failure.mutable_attempts()->DeleteSubrange(0, 1);
      failure.set_omitted_attempts(failure.omitted_attempts() + 1);
      return true;
    }
    if (failure.issues_size() == 0) return false;
    failure.mutable_issues()->RemoveLast();
    return true;
  }

  google::rpc::Status& out_;
};

}  // namespace

grpc::Status ToGrpcStatus(
    const absl::Status& status, const std::string& request_id, const v1::ExtractionFailure* failure
) {
  if (status.ok()) return grpc::Status::OK;
  const std::optional<ErrorDetails> known = DetailsOf(status);
  const ErrorDetails details = known.value_or(ErrorDetails{.reason = Reason::kInternal});
  const std::string message =
      known.has_value()
          ? Cut(ReplaceInvalidUtf8({status.message().data(), status.message().size()}),
                kMaxStatusMessageBytes)
          : "internal error; the log has more under this request id";
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(ReasonCode(details.reason)));
  rich.set_message(message);
  DetailsWriter writer(rich);
  writer.AddErrorInfo(details);
  writer.AddRequestInfo(request_id);
  writer.AddRetryInfo(details);
  writer.AddQuotaFailure(details);
  writer.AddHelp(details);
  writer.AddBadRequest(details);
  if (failure != nullptr) writer.AddFailure(*failure);
  grpc::Status result;
  const grpc::Status packed = grpc::SetErrorDetails(rich, &result);
  return packed.ok() ? result : packed;
}

}  // namespace extractd
