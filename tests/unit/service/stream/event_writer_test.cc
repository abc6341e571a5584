#include "server/service/stream/event_writer.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>

namespace extractd {
namespace {

using namespace std::chrono_literals;
using Wish = StreamSink::Wish;
using Kind = PartialOp::Kind;

// A caller that takes a message when the test says so.
class FakeCaller final : public StreamRpc {
 public:
  grpc::ByteBuffer& request() override { return request_; }
  const std::string& id() const override { return id_; }
  std::optional<SteadyTime> deadline() const override { return std::nullopt; }
  void AddTrailer(std::string_view, std::string_view) override {}
  bool drained() const override { return false; }
  const grpc::ServerContext& context() const override { return context_; }
  const std::shared_ptr<const Principal>& caller() const override { return nobody_; }
  void set_caller(std::shared_ptr<const Principal>) override {}
  const TraceContext& trace() const override { return trace_; }
  void set_place(Admission::Place) override {}
  void Write(grpc::ByteBuffer message, Written written) override {
    EXPECT_FALSE(written_) << "one at a time";
    grpc::Slice slice;
    EXPECT_TRUE(message.DumpToSingleSlice(&slice).ok());
    v1::ExtractStreamResponse event;
    EXPECT_TRUE(event.ParseFromArray(slice.begin(), static_cast<int>(slice.size())));
    events.push_back(std::move(event));
    written_ = std::move(written);
  }
  void CancelHandler() override { ++cancelled; }
  void Drop() override {
    ++dropped;
    if (written_) std::exchange(written_, nullptr)(false);
  }

  bool busy() const { return static_cast<bool>(written_); }
  void Take(bool taken = true) { std::exchange(written_, nullptr)(taken); }
  // Takes all there is.
  void TakeAll() {
    while (busy()) Take();
  }

  std::vector<v1::ExtractStreamResponse> events;
  int cancelled = 0;
  int dropped = 0;

 private:
  grpc::ByteBuffer request_;
  std::string id_ = "req_1";
  grpc::ServerContext context_;
  std::shared_ptr<const Principal> nobody_;
  TraceContext trace_;
  Written written_;
};

class EventWriterTest : public ::testing::Test {
 protected:
  void Use(const StreamOptions& options, std::chrono::milliseconds slow_after = 10s) {
    writer_ = std::make_unique<EventWriter>(caller_, loop_.get_executor(), options, slow_after);
  }
  EventWriterTest() { Use({}); }

  void Set(std::string_view path, std::string_view json) {
    writer_->OnOp({.kind = Kind::kSet, .path = path, .text = json});
  }
  void Append(std::string_view path, std::string_view text) {
    writer_->OnOp({.kind = Kind::kAppendText, .path = path, .text = text});
  }
  Wish EndPiece() { return writer_->OnPieceEnd(shown_); }

  void Finish() {
    v1::ExtractStreamResponse last;
    last.mutable_result()->set_json("{}");
    asio::co_spawn(loop_, writer_->Finish(std::move(last)), [this](const std::exception_ptr&) {
      finished_ = true;
    });
    Run(0ms);
  }
  void Run(std::chrono::milliseconds time) {
    loop_.restart();
    loop_.run_for(time + 1ms);
  }

  asio::io_context loop_{1};
  FakeCaller caller_;
  ShownValue shown_;
  std::unique_ptr<EventWriter> writer_;
  bool finished_ = false;
};

TEST_F(EventWriterTest, WhatAPieceBringsIsOneMessage) {
  Set("", "{}");
  Set("/a", "\"x\"");
  Append("/a", "y");
  EXPECT_TRUE(caller_.events.empty());
  EndPiece();
  ASSERT_EQ(caller_.events.size(), 1U);
  const v1::Delta& delta = caller_.events[0].delta();
  ASSERT_EQ(delta.ops_size(), 3);
  EXPECT_EQ(delta.ops(0).path(), "");
  EXPECT_TRUE(delta.ops(0).has_path());
  EXPECT_EQ(delta.ops(1).path(), "/a");
  EXPECT_FALSE(delta.ops(2).has_path()) << "as before";
  EXPECT_EQ(delta.ops(2).append_text(), "y");
}

TEST_F(EventWriterTest, WhatComesWhileAMessageIsUnderWayJoins) {
  Append("/a", "1");
  EndPiece();
  for (const char* text : {"2", "3", "4"}) {
    Append("/a", text);
    EndPiece();
  }
  EXPECT_EQ(caller_.events.size(), 1U);
  caller_.Take();
  ASSERT_EQ(caller_.events.size(), 2U);
  ASSERT_EQ(caller_.events[1].delta().ops_size(), 1);
  EXPECT_EQ(caller_.events[1].delta().ops(0).append_text(), "234");
  EXPECT_FALSE(caller_.events[1].delta().ops(0).has_path()) << "also across messages";
  EXPECT_EQ(caller_.events[1].sequence(), 2);
}

TEST_F(EventWriterTest, ACallerWhoIsBehindPausesTheProviderUntilItHasCaughtUp) {
  class Provider final : public StreamSink {
   public:
    void OnText(std::string_view) override {}
    void OnArguments(size_t, std::string_view, std::string_view) override {}
    void OnThinking(std::string_view) override {}
    Wish OnPieceEnd() override { return Wish::kMore; }
  } provider;
  int resumed = 0;
  provider.set_resume([&resumed] { ++resumed; });
  writer_->set_sink(&provider);
  const std::string text(100'000, 'x');
  Append("/a", text);
  EXPECT_EQ(EndPiece(), Wish::kMore) << "it is under way";
  Append("/a", text);
  EXPECT_EQ(EndPiece(), Wish::kMore);
  Append("/a", text);
  Append("/a", text);
  EXPECT_EQ(EndPiece(), Wish::kPause);
  EXPECT_EQ(resumed, 0);
  caller_.Take();
  EXPECT_EQ(resumed, 1);
  ASSERT_EQ(caller_.events.size(), 2U);
  EXPECT_EQ(caller_.events[1].delta().ops(0).append_text().size(), 300'000U);
}

TEST_F(EventWriterTest, DeltasAreCollectedForAsLongAsTheCallerWants) {
  Use({.coalesce = 30ms});
  Append("/a", "1");
  EndPiece();
  Append("/a", "2");
  EndPiece();
  EXPECT_TRUE(caller_.events.empty());
  Run(40ms);
  ASSERT_EQ(caller_.events.size(), 1U);
  EXPECT_EQ(caller_.events[0].delta().ops(0).append_text(), "12");
}

TEST_F(EventWriterTest, OfSnapshotsTheLastOneCounts) {
  Use({.snapshot_interval = 20ms});
  shown_.Begin(json::Type::kArray);
  Set("", "[]");
  EndPiece();
  ASSERT_EQ(caller_.events.size(), 1U) << "the first at once";
  EXPECT_EQ(caller_.events[0].snapshot().json(), "[]");
  shown_.Add("1");
  EndPiece();
  Run(30ms);
  shown_.Add("2");
  EndPiece();
  Run(30ms);
  EXPECT_EQ(caller_.events.size(), 1U) << "the caller is busy";
  caller_.TakeAll();
  ASSERT_EQ(caller_.events.size(), 2U);
  EXPECT_EQ(caller_.events[1].snapshot().json(), "[1,2]");
}

TEST_F(EventWriterTest, TheEndComesBehindWhatWaitsAndIsAwaited) {
  Append("/a", "1");
  EndPiece();
  Append("/a", "2");
  EndPiece();
  Finish();
  EXPECT_FALSE(finished_);
  caller_.Take();
  caller_.Take();
  EXPECT_TRUE(caller_.events.back().has_result());
  EXPECT_FALSE(finished_) << "the last one is under way";
  caller_.Take();
  Run(0ms);
  EXPECT_TRUE(finished_);
}

TEST_F(EventWriterTest, NothingIsWrittenToACallerWhoIsGone) {
  Append("/a", "1");
  EndPiece();
  caller_.Take(false);
  Append("/a", "2");
  EndPiece();
  Finish();
  EXPECT_TRUE(finished_);
  EXPECT_EQ(caller_.events.size(), 1U);
}

TEST_F(EventWriterTest, ASlowCallerIsGivenUpAndGetsOnlyTheFailure) {
  Use({}, 20ms);
  Append("/a", "1");
  EndPiece();
  Append("/a", "2");
  EndPiece();
  Run(30ms);
  EXPECT_TRUE(writer_->slow());
  EXPECT_EQ(caller_.cancelled, 1);
  Finish();
  caller_.Take();
  ASSERT_EQ(caller_.events.size(), 2U);
  EXPECT_TRUE(caller_.events[1].has_result());
  caller_.Take();
  Run(0ms);
  EXPECT_TRUE(finished_);
  EXPECT_EQ(caller_.dropped, 0);
}

TEST_F(EventWriterTest, ACallerWhoTakesNotEvenThatIsDropped) {
  Use({}, 20ms);
  Append("/a", "1");
  EndPiece();
  Run(30ms);
  Finish();
  Run(60ms);
  EXPECT_EQ(caller_.dropped, 1);
  EXPECT_TRUE(finished_);
}

TEST_F(EventWriterTest, PathsAndTextsThatAreNoUtf8AreReplaced) {
  Set("/\xED\xA0\x80", "1");
  EndPiece();
  EXPECT_EQ(caller_.events.at(0).delta().ops(0).path().find('\xED'), std::string::npos);
}

TEST_F(EventWriterTest, AnItemIsAMessageOfItsOwn) {
  writer_->OnItem({.tool = "t", .json = "1"}, 4);
  writer_->OnItem({.json = "2"}, 5);
  EndPiece();
  caller_.TakeAll();
  ASSERT_EQ(caller_.events.size(), 2U);
  EXPECT_EQ(caller_.events[0].item().index(), 4);
  EXPECT_EQ(caller_.events[0].item().tool_name(), "t");
  EXPECT_EQ(caller_.events[1].item().json(), "2");
}

TEST_F(EventWriterTest, ACandidateComesBehindWhatWaits) {
  Append("/a", "1");
  EndPiece();
  Append("/a", "2");
  EndPiece();
  v1::Candidate candidate;
  candidate.set_number(1);
  writer_->SendCandidate(candidate);
  caller_.TakeAll();
  ASSERT_EQ(caller_.events.size(), 3U);
  EXPECT_TRUE(caller_.events[1].has_delta());
  v1::ExtractInteractiveResponse last;
  ASSERT_TRUE(last.ParseFromString(caller_.events[2].SerializeAsString()));
  EXPECT_EQ(last.candidate().number(), 1);
  EXPECT_EQ(last.sequence(), 3);
}

TEST(EventsTest, DialogsHaveTheMessagesOfStreams) {
  const auto* stream = v1::ExtractStreamResponse::descriptor();
  const auto* dialog = v1::ExtractInteractiveResponse::descriptor();
  for (int i = 0; i < dialog->field_count(); ++i) {
    const auto* field = dialog->field(i);
    if (field->name() == "candidate") continue;
    const auto* same = stream->FindFieldByNumber(field->number());
    ASSERT_NE(same, nullptr) << field->name();
    EXPECT_EQ(same->name(), field->name());
    EXPECT_EQ(same->type(), field->type());
    EXPECT_EQ(same->message_type(), field->message_type());
  }
}

}  // namespace
}  // namespace extractd
