#include "server/service/loop_runtime.h"

#include <chrono>
#include <future>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/providers/auth/signers.h"
#include "server/providers/http_upstream.h"
#include "server/providers/pulling_upstream.h"

namespace extractd {
namespace {

net::HttpClient::Limits LimitsOf(const Config& config) {
  net::HttpClient::Limits limits;
  limits.max_connections = config.max_provider_connections;
  return limits;
}

// The address may hold the name of a variable that is not set.
absl::Status CheckAddress(const ProviderRow& row) {
  const size_t begin = row.base_url.find("${");
  if (begin == std::string::npos) return absl::OkStatus();
  const size_t end = row.base_url.find_first_of(":}", begin);
  const std::string variable = row.base_url.substr(begin + 2, end - begin - 2);
  return MakeError(
      {.reason = Reason::kCredentialsMissing,
       .metadata = {{"provider", row.name}, {"variable", variable}, {"docs_url", row.docs_url}}},
      fmt::format(
          "the address of provider '{}' is not complete: set the environment variable {}",
          row.name,
          variable
      )
  );
}

bool Pulls(const ProviderRow& row) {
  return row.pull_missing && !row.pull_path.empty();
}

}  // namespace

class LoopRuntime::Upstreams final : public UpstreamFactory {
 public:
  Upstreams(SharedState& shared, net::HttpClient& client) : shared_(shared), client_(client) {}

  absl::StatusOr<std::unique_ptr<Upstream>> Open(
      std::shared_ptr<const Handler> handler, const ModelFamily& family, bool dry_run
  ) override {
    if (!dry_run) RETURN_IF_ERROR(CheckAddress(*handler->row));
    absl::StatusOr<Secret> key = shared_.credentials.KeyOf(*handler->row);
    if (!key.ok() && !dry_run) return key.status();
    const bool has_key = key.ok() && !key->empty();
    const std::shared_ptr<const ProviderRow> row = handler->row;
    Secret used = has_key ? *std::move(key) : Secret();
    std::shared_ptr<providers::Authorizer> authorizer =
        has_key || dry_run ? nullptr : AuthorizerOf(handler->row);
    auto upstream = std::make_unique<providers::HttpUpstream>(
        client_, std::move(handler), family, used, std::move(authorizer)
    );
    upstream->set_max_reply_bytes(shared_.config()->max_provider_response_bytes);
    if (dry_run || !Pulls(*row)) return upstream;
    return std::make_unique<providers::PullingUpstream>(
        client_, row, std::move(used), std::move(upstream)
    );
  }

 private:
  struct Signed {
    std::shared_ptr<const ProviderRow> row = {};
    std::shared_ptr<providers::Authorizer> authorizer = {};
  };

  // What signs the row's requests on this loop; null if it names no signer. A row that a reload
  // replaced gets a new one.
  std::shared_ptr<providers::Authorizer> AuthorizerOf(const std::shared_ptr<const ProviderRow>& row
  ) {
    if (row->signer.empty()) return nullptr;
    Signed& slot = authorizers_[row->name];
    if (slot.row != row) {
      slot = {row, providers::NewAuthorizer(row, {.client = client_, .tokens = shared_.tokens})};
    }
    return slot.authorizer;
  }

  SharedState& shared_;
  net::HttpClient& client_;
  StringMap<Signed> authorizers_;  // by provider
};

LoopRuntime::LoopRuntime(
    SharedState& shared, ConfigReloader& reloader, CallRecorder& recorder, ApiServices& services
)
    : client_(loop_.get_executor(), LimitsOf(*shared.config())),
      upstreams_(std::make_unique<Upstreams>(shared, client_)),
      extraction_(shared, *upstreams_, recorder),
      schema_(shared, recorder),
      json_(shared, recorder),
      catalog_(shared, client_, recorder),
      admin_(shared, reloader, recorder),
      gate_(shared, recorder),
      worker_(loop_, recorder) {
  worker_.set_methods(gate_.Guard(services.MethodsFor(extraction_, schema_, json_, catalog_, admin_)
  ));
}

// Nothing can go on without it: a thread that cannot be joined ends the process.
LoopRuntime::~LoopRuntime() {  // NOLINT(bugprone-exception-escape)
  Stop();
}

void LoopRuntime::Start() {
  thread_ = std::thread([this] { loop_.run(); });
}

void LoopRuntime::Stop() {
  // The loop never runs out of work, so it is told to end; everything that was posted before is
  // done first.
  asio::post(loop_, [this] { loop_.stop(); });
  if (thread_.joinable()) thread_.join();
}

std::vector<net::PoolStats> LoopRuntime::PoolStats() {
  auto answer = std::make_shared<std::promise<std::vector<net::PoolStats>>>();
  std::future<std::vector<net::PoolStats>> stats = answer->get_future();
  asio::post(loop_, [this, answer] { answer->set_value(client_.stats()); });
  constexpr auto kPatience = std::chrono::seconds(1);
  if (stats.wait_for(kPatience) != std::future_status::ready) return {};
  return stats.get();
}

}  // namespace extractd
