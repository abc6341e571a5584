#include "server/chat/upstream.h"

namespace extractd {

std::string_view SendFailureName(SendFailure failure) {
  switch (failure) {
    case SendFailure::kNone:
      return "none";
    case SendFailure::kConnection:
      return "connection";
    case SendFailure::kTimeout:
      return "timeout";
    case SendFailure::kRateLimited:
      return "rate_limited";
    case SendFailure::kQuotaExhausted:
      return "quota_exhausted";
    case SendFailure::kServerError:
      return "server_error";
    case SendFailure::kMalformed:
      return "malformed";
    case SendFailure::kTooLarge:
      return "too_large";
    case SendFailure::kAuth:
      return "auth";
    case SendFailure::kUnknownModel:
      return "unknown_model";
    case SendFailure::kSchemaRejected:
      return "schema_rejected";
    case SendFailure::kContextTooLong:
      return "context_too_long";
    case SendFailure::kContentFiltered:
      return "content_filtered";
    case SendFailure::kRejected:
      return "rejected";
    case SendFailure::kCancelled:
      return "cancelled";
  }
  return "none";
}

}  // namespace extractd
