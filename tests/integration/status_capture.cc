// Keeps the status of every call that a test makes, with its details: tests/fakes/capture.h.
#include <string>

#include <fmt/format.h>
#include <grpcpp/support/client_interceptor.h>
#include <unistd.h>

#include "tests/fakes/capture.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

class StatusCapture final : public grpc::experimental::Interceptor {
 public:
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using Point = grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(Point::POST_RECV_STATUS)) {
      const grpc::Status& status = *methods->GetRecvStatus();
      if (!status.ok()) {
        fakes::Capture(
            fmt::format("statuses-{}", ::getpid()), status.error_message() + status.error_details()
        );
      }
    }
    methods->Proceed();
  }
};

class StatusCaptureFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo* /*info*/
  ) override {
    return new StatusCapture;  // gRPC owns it
  }
};

// gRPC keeps the one factory for all channels of the process.
StatusCaptureFactory factory;

}  // namespace

bool CaptureStatuses() {
  if (fakes::Captures()) grpc::experimental::RegisterGlobalClientInterceptorFactory(&factory);
  return fakes::Captures();
}

}  // namespace extractd::integration
