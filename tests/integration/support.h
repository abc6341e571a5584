// What the tests of this folder share: a daemon with one provider, "acme", that is a scripted HTTP
// server, and requests to it.
#ifndef EXTRACTD_TESTS_INTEGRATION_SUPPORT_H_
#define EXTRACTD_TESTS_INTEGRATION_SUPPORT_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <grpcpp/channel.h>
#include <gtest/gtest.h>

#include "extractd/client.h"
#include "extractd/v1/extraction_service.grpc.pb.h"
#include "tests/fakes/daemon_process.h"
#include "tests/fakes/http_imposter.h"

namespace extractd::integration {

inline constexpr std::string_view kPersonSchema =
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0}},)"
    R"("required":["name","age"],"additionalProperties":false})";
inline constexpr std::string_view kAda = R"({"name":"Ada","age":36})";
inline constexpr std::string_view kAdaWithNegativeAge = R"({"name":"Ada","age":-36})";

// From now on the status of every call is kept, if somebody keeps what tests give; once, before any
// channel is made. False: nobody does.
bool CaptureStatuses();

// Replies of an OpenAI-like API; each reports 100 input and 20 output tokens.
fakes::ScriptedReply ToolAnswer(
    std::string_view arguments, std::string_view finish_reason = "stop"
);
fakes::ScriptedReply TextAnswer(std::string_view content, std::string_view finish_reason = "stop");
fakes::ScriptedReply Refusal(std::string_view words);
fakes::ScriptedReply ErrorReply(
    int status, std::string_view body = R"({"error":{"message":"no"}})"
);

// "Ada is 36" under kPersonSchema, from the server's default model.
v1::ExtractRequest PersonRequest();

class DaemonTest : public testing::Test {
 protected:
  // Starts the daemon. `settings` and `provider_keys` are lines of YAML; those of the provider are
  // indented by four spaces.
  void Start(std::string_view settings = {}, std::string_view provider_keys = {});
  std::string Yaml(std::string_view settings, std::string_view provider_keys) const;

  // Whatever the daemon sent must be in an order that providers take.
  void TearDown() override;

  // What acme answers from now on, in this order; the last reply again and again. None: as before.
  void Script(std::vector<fakes::ScriptedReply> replies);

  fakes::HttpImposter acme;
  fakes::DaemonProcess::Options options;
  std::unique_ptr<fakes::DaemonProcess> daemon;
  std::unique_ptr<Client> client;
};

// A call that somebody else can wait for or cancel.
class PendingExtract {
 public:
  using Deadline = std::optional<std::chrono::seconds>;
  static constexpr std::chrono::seconds kPatience{30};

  PendingExtract(
      const std::string& address, const v1::ExtractRequest& request, Deadline deadline = kPatience
  );
  PendingExtract(
      std::shared_ptr<grpc::Channel> channel,
      const v1::ExtractRequest& request,
      Deadline deadline = kPatience
  );
  ~PendingExtract();
  PendingExtract(const PendingExtract&) = delete;
  PendingExtract& operator=(const PendingExtract&) = delete;

  void Cancel();
  // Waits for the end.
  const grpc::Status& status();
  const v1::ExtractResponse& response();
  const grpc::ClientContext& context() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace extractd::integration

#endif  // EXTRACTD_TESTS_INTEGRATION_SUPPORT_H_
