// Macros that move a non-OK absl::Status up one frame, in functions and in coroutines.
//
//   ASSIGN_OR_RETURN(auto x, F());   CO_ASSIGN_OR_RETURN(auto x, co_await G());
//   RETURN_IF_ERROR(F());            CO_RETURN_IF_ERROR(co_await G());
#ifndef EXTRACTD_SERVER_BASE_STATUS_MACROS_H_
#define EXTRACTD_SERVER_BASE_STATUS_MACROS_H_

#include <utility>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#define EXTRACTD_CAT_(a, b) a##b
#define EXTRACTD_CAT(a, b) EXTRACTD_CAT_(a, b)

#define EXTRACTD_ASSIGN_(ret, tmp, lhs, expr)     \
  auto tmp = (expr);                              \
  if (!(tmp).ok()) ret std::move((tmp)).status(); \
  lhs = *std::move((tmp))

#define ASSIGN_OR_RETURN(lhs, ...) \
  EXTRACTD_ASSIGN_(return, EXTRACTD_CAT(status_or_, __LINE__), lhs, (__VA_ARGS__))
#define CO_ASSIGN_OR_RETURN(lhs, ...) \
  EXTRACTD_ASSIGN_(co_return, EXTRACTD_CAT(status_or_, __LINE__), lhs, (__VA_ARGS__))
#define RETURN_IF_ERROR(...) \
  if (absl::Status status_ = (__VA_ARGS__); !status_.ok()) return status_
#define CO_RETURN_IF_ERROR(...) \
  if (absl::Status status_ = (__VA_ARGS__); !status_.ok()) co_return status_

#endif  // EXTRACTD_SERVER_BASE_STATUS_MACROS_H_
