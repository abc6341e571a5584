// A thin typed client of extractd for C++20. Requests and responses are the messages of the API;
// failures come with everything the server said about them.
//
//   extractd::Client client({.address = "127.0.0.1:50051"});
//   extractd::v1::ExtractRequest request;
//   request.set_model("openai/gpt-6-luna");
//   request.mutable_schema()->set_json_schema(schema);
//   request.set_input(text);
//   auto result = client.Extract(request);
//   if (result.ok()) Use(result->json()); else std::cerr << result.failure().reason;
//
// Thread-safe. Calls block; the deadline bounds them, connecting included.
#ifndef EXTRACTD_CLIENT_SDK_CPP_EXTRACTD_CLIENT_H_
#define EXTRACTD_CLIENT_SDK_CPP_EXTRACTD_CLIENT_H_

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <grpcpp/support/status.h>

#include "extractd/v1/admin_service.pb.h"
#include "extractd/v1/catalog_service.pb.h"
#include "extractd/v1/extraction.pb.h"
#include "extractd/v1/extraction_service.pb.h"
#include "extractd/v1/json_service.pb.h"
#include "extractd/v1/schema_service.pb.h"

namespace extractd {

// PEM texts, not paths.
struct TlsOptions {
  std::string authorities = {};  // whom the daemon's certificate must be of; empty: the system's
  std::string certificate = {};  // of this client; empty: none is shown
  std::string key = {};
};

struct ClientOptions {
  std::string address = "127.0.0.1:50051";     // "host:port" or "unix:/path"
  std::chrono::milliseconds timeout{600'000};  // of calls that name none
  int max_response_bytes = 64 << 20;
  // Shown with every call. Without TLS it can be read on its way: only for this machine.
  std::string token = {};
  std::optional<TlsOptions> tls = {};  // absent: no TLS
};

struct BadField {
  std::string field;
  std::string description;
};

// Why a call failed.
struct Failure {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string message = {};
  std::string reason = {};  // e.g. "OUTPUT_INVALID"; empty if no daemon answered
  std::string request_id = {};
  std::map<std::string, std::string> metadata = {};
  std::vector<BadField> bad_fields = {};
  std::optional<std::chrono::milliseconds> retry_after = {};
  std::string help_url = {};
  std::optional<v1::ExtractionFailure> extraction = {
  };  // attempts and usage of a failed extraction
};

template <class T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Result(Failure failure) : value_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)
  bool ok() const { return std::holds_alternative<T>(value_); }
  // REQUIRES: ok().
  const T& operator*() const { return std::get<T>(value_); }
  const T* operator->() const { return &std::get<T>(value_); }
  // REQUIRES: !ok().
  const Failure& failure() const { return std::get<Failure>(value_); }

 private:
  std::variant<T, Failure> value_;
};

class Client {
 public:
  explicit Client(ClientOptions options = {});
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // Each takes the time that the call may use; absent: ClientOptions::timeout.
  using Timeout = std::optional<std::chrono::milliseconds>;

  Result<v1::ExtractResponse> Extract(const v1::ExtractRequest& request, Timeout timeout = {});
  // Calls `each` with every event as it comes, the last one included, which the result has, too;
  // with it are the items that came as events. False from `each` cancels the call.
  using EachEvent = std::function<bool(const v1::ExtractStreamResponse& event)>;
  Result<v1::ExtractResponse> ExtractStream(
      const v1::ExtractStreamRequest& request, const EachEvent& each, Timeout timeout = {}
  );
  // The same with a validator of yours in the loop. `review` is shown each answer that obeys the
  // schema: no issue accepts it, issues send it back to the model, nothing cancels the call.
  // `each` as in ExtractStream, candidates included; it may be empty.
  using Issues = std::vector<v1::Issue>;
  using ReviewCandidate = std::function<std::optional<Issues>(const v1::Candidate& candidate)>;
  using EachDialogEvent = std::function<bool(const v1::ExtractInteractiveResponse& event)>;
  Result<v1::ExtractResponse> ExtractInteractive(
      const v1::InteractiveStart& start,
      const ReviewCandidate& review,
      const EachDialogEvent& each = {},
      Timeout timeout = {}
  );
  Result<v1::RenderResponse> Render(const v1::RenderRequest& request, Timeout timeout = {});
  Result<v1::RegisterSchemaResponse> RegisterSchema(
      const v1::RegisterSchemaRequest& request, Timeout timeout = {}
  );
  Result<v1::GetSchemaResponse> GetSchema(
      const v1::GetSchemaRequest& request, Timeout timeout = {}
  );
  Result<v1::ValidateInstanceResponse> ValidateInstance(
      const v1::ValidateInstanceRequest& request, Timeout timeout = {}
  );
  Result<v1::ParseTextResponse> ParseText(
      const v1::ParseTextRequest& request, Timeout timeout = {}
  );
  Result<v1::ListSchemasResponse> ListSchemas(
      const v1::ListSchemasRequest& request = {}, Timeout timeout = {}
  );
  Result<v1::InferSchemaResponse> InferSchema(
      const v1::InferSchemaRequest& request, Timeout timeout = {}
  );
  Result<v1::RepairJsonResponse> RepairJson(
      const v1::RepairJsonRequest& request, Timeout timeout = {}
  );
  Result<v1::EncodeToonResponse> EncodeToon(
      const v1::EncodeToonRequest& request, Timeout timeout = {}
  );
  Result<v1::DecodeToonResponse> DecodeToon(
      const v1::DecodeToonRequest& request, Timeout timeout = {}
  );
  Result<v1::AdaptSchemaResponse> AdaptSchema(
      const v1::AdaptSchemaRequest& request, Timeout timeout = {}
  );
  Result<v1::ListProvidersResponse> ListProviders(
      const v1::ListProvidersRequest& request = {}, Timeout timeout = {}
  );
  Result<v1::ListModesResponse> ListModes(
      const v1::ListModesRequest& request = {}, Timeout timeout = {}
  );
  // Tells `each` the progress; false from it cancels. The last message.
  using EachPull = std::function<bool(const v1::PullModelResponse& progress)>;
  Result<v1::PullModelResponse> PullModel(
      const v1::PullModelRequest& request, const EachPull& each, Timeout timeout = {}
  );
  Result<v1::ListModelsResponse> ListModels(
      const v1::ListModelsRequest& request = {}, Timeout timeout = {}
  );
  Result<v1::GetCacheStatsResponse> GetCacheStats(
      const v1::GetCacheStatsRequest& request = {}, Timeout timeout = {}
  );
  Result<v1::ReloadConfigResponse> ReloadConfig(
      const v1::ReloadConfigRequest& request = {}, Timeout timeout = {}
  );
  // Calls `each` with every event until it returns false, the daemon shuts down or the timeout
  // ends the call, which is why the call ended; none if `each` wanted no more.
  using EachHappening = std::function<bool(const v1::WatchEventsResponse& event)>;
  std::optional<Failure> WatchEvents(
      const v1::WatchEventsRequest& request, const EachHappening& each, Timeout timeout = {}
  );

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Reads everything that the server said about a failed call.
Failure ReadFailure(const grpc::Status& status);

}  // namespace extractd

#endif  // EXTRACTD_CLIENT_SDK_CPP_EXTRACTD_CLIENT_H_
