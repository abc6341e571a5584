#include "tests/integration/dialog.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

namespace extractd::integration {

Dialog::Dialog(const std::string& address, std::chrono::milliseconds deadline)
    : stub_(v1::ExtractionService::NewStub(
          grpc::CreateChannel(address, grpc::InsecureChannelCredentials())
      )) {
  context_.set_deadline(std::chrono::system_clock::now() + deadline);
  stream_ = stub_->ExtractInteractive(&context_);
}

Dialog::~Dialog() {
  context_.TryCancel();
  End();
}

void Dialog::Start(const v1::InteractiveStart& start) {
  v1::ExtractInteractiveRequest message;
  *message.mutable_start() = start;
  stream_->Write(message);
}

void Dialog::Start(const v1::ExtractRequest& request) {
  v1::InteractiveStart start;
  *start.mutable_request() = request;
  Start(start);
}

void Dialog::Accept(int candidate) {
  v1::ExtractInteractiveRequest message;
  message.mutable_review()->set_candidate(candidate);
  message.mutable_review()->mutable_accept();
  stream_->Write(message);
}

void Dialog::Reject(int candidate, const std::string& path, const std::string& words) {
  v1::ExtractInteractiveRequest message;
  message.mutable_review()->set_candidate(candidate);
  v1::Issue& issue = *message.mutable_review()->mutable_reject()->add_issues();
  issue.set_path(path);
  issue.set_message(words);
  stream_->Write(message);
}

v1::ExtractInteractiveResponse Dialog::Next() {
  v1::ExtractInteractiveResponse event;
  if (!stream_->Read(&event)) return {};
  EXPECT_EQ(event.sequence(), ++sequence_);
  return event;
}

v1::Candidate Dialog::NextCandidate() {
  for (;;) {
    const v1::ExtractInteractiveResponse event = Next();
    if (event.has_candidate() || event.sequence() == 0) return event.candidate();
    if (event.has_result()) result = event.result();
    if (event.has_failure()) failure = event.failure();
  }
}

const grpc::Status& Dialog::End() {
  if (ended_) return status_;
  NextCandidate();
  status_ = stream_->Finish();
  ended_ = true;
  return status_;
}

}  // namespace extractd::integration
