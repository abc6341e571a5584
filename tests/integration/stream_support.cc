#include "tests/integration/stream_support.h"

#include <utility>

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "server/json/write.h"

namespace extractd::integration {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  json::WriteString(text, out);
  return out;
}

std::string Chunk(std::string_view choice, std::string_view rest = "") {
  return fmt::format(
      "data: "
      "{{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"acme-1\",\"choices\":[{}]{}"
      "}}\n\n",
      choice,
      rest
  );
}

std::string NameOf(const v1::ExtractStreamResponse& event) {
  switch (event.event_case()) {
    case v1::ExtractStreamResponse::kStarted:
      return fmt::format("started {}", event.started().attempt());
    case v1::ExtractStreamResponse::kDelta:
      return "delta";
    case v1::ExtractStreamResponse::kSnapshot:
      return "snapshot";
    case v1::ExtractStreamResponse::kItem:
      return "item";
    case v1::ExtractStreamResponse::kThinking:
      return "thinking";
    case v1::ExtractStreamResponse::kRetrying:
      return "retrying";
    case v1::ExtractStreamResponse::kResult:
      return "result";
    case v1::ExtractStreamResponse::kFailure:
      return "failure";
    default:
      return "nothing";
  }
}

}  // namespace

std::string OpenToolEvents(const std::vector<std::string>& pieces) {
  std::string events = Chunk(
      R"({"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1",)"
      R"("type":"function","function":{"name":"answer","arguments":""}}]},"finish_reason":null})"
  );
  for (const std::string& piece : pieces) {
    events += Chunk(fmt::format(
        R"({{"index":0,"delta":{{"tool_calls":[{{"index":0,"function":{{"arguments":{}}}}}]}},"finish_reason":null}})",
        Quoted(piece)
    ));
  }
  return events;
}

std::string ToolEvents(const std::vector<std::string>& pieces) {
  return OpenToolEvents(pieces) + Chunk(R"({"index":0,"delta":{},"finish_reason":"tool_calls"})") +
         Chunk("", R"(,"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120})") +
         "data: [DONE]\n\n";
}

std::vector<std::string> InPieces(std::string_view text, size_t bytes) {
  std::vector<std::string> pieces;
  for (size_t at = 0; at < text.size(); at += bytes) pieces.emplace_back(text.substr(at, bytes));
  return pieces;
}

v1::ExtractStreamRequest StreamRequest(const v1::ExtractRequest& request) {
  v1::ExtractStreamRequest stream;
  *stream.mutable_request() = request;
  return stream;
}

void DeltaAssembler::Apply(const v1::ExtractStreamResponse& event) {
  if (event.has_started()) value_ = {};
  for (const v1::DeltaOp& op : event.delta().ops()) Apply(op);
  if (event.has_snapshot()) value_ = nlohmann::ordered_json::parse(event.snapshot().json());
}

void DeltaAssembler::Apply(const v1::DeltaOp& op) {
  if (op.has_path()) path_ = op.path();
  const nlohmann::ordered_json::json_pointer at(path_);
  if (op.has_set_json()) value_[at] = nlohmann::ordered_json::parse(op.set_json());
  if (op.has_append_text()) value_[at] = value_.at(at).get<std::string>() + op.append_text();
  if (op.has_append_json()) value_[at].push_back(nlohmann::ordered_json::parse(op.append_json()));
}

PendingStream::PendingStream(
    const std::string& address,
    const v1::ExtractStreamRequest& request,
    bool reads,
    std::chrono::milliseconds deadline
)
    : reads_(reads) {
  // Without an estimate of the bandwidth the window stays small, whatever the machine.
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  channel_ = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  context_.set_deadline(std::chrono::system_clock::now() + deadline);
  thread_ = std::thread([this, request] { Run(request); });
}

PendingStream::~PendingStream() {
  Cancel();
  StartReading();
  status();
}

void PendingStream::Run(const v1::ExtractStreamRequest& request) {
  const auto stub = v1::ExtractionService::NewStub(channel_);
  const auto reader = stub->ExtractStream(&context_, request);
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reads_; });
  }
  v1::ExtractStreamResponse event;
  while (reader->Read(&event)) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_all();
  }
  const grpc::Status status = reader->Finish();
  const std::lock_guard lock(mutex_);
  status_ = status;
  changed_.notify_all();
}

void PendingStream::StartReading() {
  const std::lock_guard lock(mutex_);
  reads_ = true;
  changed_.notify_all();
}

bool PendingStream::WaitForEvents(size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return events_.size() >= count; });
}

const grpc::Status& PendingStream::status() {
  if (thread_.joinable()) thread_.join();
  return status_;
}

PendingStream::Events PendingStream::events() {
  const std::lock_guard lock(mutex_);
  return events_;
}

std::vector<std::string> PendingStream::story() {
  std::vector<std::string> names;
  for (const v1::ExtractStreamResponse& event : events()) {
    std::string name = NameOf(event);
    if (name == "delta" && !names.empty() && names.back() == name) continue;
    names.push_back(std::move(name));
  }
  return names;
}

std::string StreamDaemonTest::LongPerson(size_t letters) {
  return fmt::format(R"({{"name":"{}","age":36}})", std::string(letters, 'a'));
}

}  // namespace extractd::integration
