// Dialog: one call of ExtractInteractive, read and written by the test's own thread.
#ifndef EXTRACTD_TESTS_INTEGRATION_DIALOG_H_
#define EXTRACTD_TESTS_INTEGRATION_DIALOG_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include "tests/integration/support.h"

namespace extractd::integration {

class Dialog {
 public:
  explicit Dialog(
      const std::string& address, std::chrono::milliseconds deadline = std::chrono::seconds(20)
  );
  ~Dialog();
  Dialog(const Dialog&) = delete;
  Dialog& operator=(const Dialog&) = delete;

  void Start(const v1::InteractiveStart& start);
  void Start(const v1::ExtractRequest& request = PersonRequest());
  void Accept(int candidate);
  void Reject(int candidate, const std::string& path, const std::string& words);
  void Send(const v1::ExtractInteractiveRequest& message) { stream_->Write(message); }
  void Close() { stream_->WritesDone(); }
  void Cancel() { context_.TryCancel(); }

  // The next event; nothing is set in it after the last one.
  v1::ExtractInteractiveResponse Next();
  // Reads on until a candidate, or the end.
  v1::Candidate NextCandidate();
  const grpc::Status& End();
  std::string EndReason() { return ReadFailure(End()).reason; }

  v1::ExtractResponse result;
  v1::Failure failure;

 private:
  using Stream =
      grpc::ClientReaderWriter<v1::ExtractInteractiveRequest, v1::ExtractInteractiveResponse>;

  std::unique_ptr<v1::ExtractionService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<Stream> stream_;
  std::int64_t sequence_ = 0;
  bool ended_ = false;
  grpc::Status status_;
};

}  // namespace extractd::integration

#endif  // EXTRACTD_TESTS_INTEGRATION_DIALOG_H_
