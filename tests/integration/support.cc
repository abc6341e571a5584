#include "tests/integration/support.h"

#include <thread>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "tests/fakes/role_order.h"

namespace extractd::integration {
namespace {

const bool captures = CaptureStatuses();

std::string Quoted(std::string_view text) {
  std::string out;
  json::WriteString(text, out);
  return out;
}

fakes::ScriptedReply Completion(std::string_view message, std::string_view finish_reason) {
  return fakes::ScriptedReply::
      Json(fmt::format(
               R"({{"id":"c1","object":"chat.completion","model":"acme-1","choices":[{{"index":0,)"
               R"("message":{},"finish_reason":"{}"}}],)"
               R"("usage":{{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120}}}})",
               message,
               finish_reason
           ))
          .With("x-request-id", "acme-7");
}

}  // namespace

fakes::ScriptedReply ToolAnswer(std::string_view arguments, std::string_view finish_reason) {
  const std::string message = fmt::format(
      R"({{"role":"assistant","content":null,"tool_calls":[{{"id":"call_1","type":"function",)"
      R"("function":{{"name":"answer","arguments":{}}}}}]}})",
      Quoted(arguments)
  );
  return Completion(message, finish_reason);
}

fakes::ScriptedReply TextAnswer(std::string_view content, std::string_view finish_reason) {
  const std::string message =
      fmt::format(R"({{"role":"assistant","content":{}}})", Quoted(content));
  return Completion(message, finish_reason);
}

fakes::ScriptedReply Refusal(std::string_view words) {
  const std::string message =
      fmt::format(R"({{"role":"assistant","content":null,"refusal":{}}})", Quoted(words));
  return Completion(message, "stop");
}

fakes::ScriptedReply ErrorReply(int status, std::string_view body) {
  return fakes::ScriptedReply::Status(status, std::string(body));
}

v1::ExtractRequest PersonRequest() {
  v1::ExtractRequest request;
  request.mutable_schema()->set_json_schema(std::string(kPersonSchema));
  request.set_input("Ada is 36");
  return request;
}

std::string DaemonTest::Yaml(std::string_view settings, std::string_view provider_keys) const {
  return fmt::format(
      "default_model: acme/acme-1\n{}{}", settings, fakes::AcmeAt(acme.url(), provider_keys)
  );
}

void DaemonTest::Start(std::string_view settings, std::string_view provider_keys) {
  options.yaml = Yaml(settings, provider_keys);
  daemon = std::make_unique<fakes::DaemonProcess>(options);
  ASSERT_TRUE(daemon->serving()) << daemon->Log();
  client = std::make_unique<Client>(
      ClientOptions{.address = daemon->address(), .timeout = std::chrono::seconds(30)}
  );
}

void DaemonTest::TearDown() {
  for (const fakes::SeenRequest& request : acme.requests()) {
    const json::ParseResult parsed = json::ParseView(request.body);
    if (const auto* document = std::get_if<json::Document>(&parsed)) {
      EXPECT_EQ(fakes::RoleOrderProblem(document->root()), "") << request.body;
    }
  }
}

void DaemonTest::Script(std::vector<fakes::ScriptedReply> replies) {
  if (replies.empty()) return;
  acme.ReplyByDefault(replies.back());
  replies.pop_back();
  for (fakes::ScriptedReply& reply : replies) acme.Reply(std::move(reply));
}

struct PendingExtract::State {
  grpc::ClientContext context;
  v1::ExtractResponse response;
  grpc::Status status;
  std::thread thread;
};

PendingExtract::PendingExtract(
    const std::string& address, const v1::ExtractRequest& request, Deadline deadline
)
    : PendingExtract(
          grpc::CreateChannel(address, grpc::InsecureChannelCredentials()), request, deadline
      ) {}

PendingExtract::PendingExtract(
    std::shared_ptr<grpc::Channel> channel, const v1::ExtractRequest& request, Deadline deadline
)
    : state_(std::make_unique<State>()) {
  if (deadline.has_value()) {
    state_->context.set_deadline(std::chrono::system_clock::now() + *deadline);
  }
  state_->thread = std::thread([state = state_.get(), channel = std::move(channel), request] {
    const auto stub = v1::ExtractionService::NewStub(channel);
    state->status = stub->Extract(&state->context, request, &state->response);
  });
}

PendingExtract::~PendingExtract() {
  Cancel();
  status();
}

void PendingExtract::Cancel() {
  state_->context.TryCancel();
}

const grpc::Status& PendingExtract::status() {
  if (state_->thread.joinable()) state_->thread.join();
  return state_->status;
}

const v1::ExtractResponse& PendingExtract::response() {
  status();
  return state_->response;
}

const grpc::ClientContext& PendingExtract::context() const {
  return state_->context;
}

}  // namespace extractd::integration
