#include "server/service/rpc/rpc_endings.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd {
namespace {

class FakeRpc final : public Rpc {
 public:
  explicit FakeRpc(bool drained) : drained_(drained) {}
  grpc::ByteBuffer& request() override { return request_; }
  const std::string& id() const override { return id_; }
  std::optional<SteadyTime> deadline() const override { return std::nullopt; }
  void AddTrailer(std::string_view, std::string_view) override {}
  bool drained() const override { return drained_; }
  const grpc::ServerContext& context() const override { return context_; }
  const std::shared_ptr<const Principal>& caller() const override { return nobody_; }
  void set_caller(std::shared_ptr<const Principal>) override {}
  const TraceContext& trace() const override { return trace_; }
  void set_place(Admission::Place) override {}

 private:
  const bool drained_;
  grpc::ByteBuffer request_;
  std::string id_ = "req_1";
  grpc::ServerContext context_;
  std::shared_ptr<const Principal> nobody_;
  TraceContext trace_;
};

Reason ToldReason(bool drained, Reason reason) {
  const FakeRpc rpc(drained);
  return DetailsOf(ToldEnding(rpc, MakeError(reason, "over")))->reason;
}

TEST(RpcEndingsTest, WhoDidNotCancelIsToldThatTheServerShutsDown) {
  EXPECT_EQ(ToldReason(true, Reason::kCancelled), Reason::kDraining);
  EXPECT_EQ(ToldReason(false, Reason::kCancelled), Reason::kCancelled);
}

TEST(RpcEndingsTest, AnEndOfItsOwnStaysWhatItWas) {
  EXPECT_EQ(ToldReason(true, Reason::kOutputInvalid), Reason::kOutputInvalid);
  EXPECT_TRUE(ToldEnding(FakeRpc(true), absl::OkStatus()).ok());
}

TEST(RpcEndingsTest, ASlowReaderLearnsItsLimitAndTheFlagThatSetsIt) {
  const absl::Status status = SlowReaderError(std::chrono::milliseconds(1500));
  const std::optional<ErrorDetails> details = DetailsOf(status);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kSlowReader);
  EXPECT_EQ(details->metadata.front().second, "1500");
  EXPECT_EQ(details->metadata.back().second, "slow_reader_timeout_ms");
  EXPECT_EQ(status.message(), "the caller did not take a message of its stream for 1500 ms");
}

}  // namespace
}  // namespace extractd
