#include "server/providers/http_stream.h"

#include <fmt/format.h>

#include "server/net/streams/aws_event_reader.h"
#include "server/net/streams/json_array_reader.h"
#include "server/net/streams/json_lines_reader.h"
#include "server/net/streams/sse_reader.h"

namespace extractd::providers {

std::unique_ptr<net::EventReader> NewEventReader(StreamFraming framing) {
  switch (framing) {
    case StreamFraming::kServerSentEvents:
      return std::make_unique<net::SseReader>();
    case StreamFraming::kJsonLines:
      return std::make_unique<net::JsonLinesReader>();
    case StreamFraming::kJsonArray:
      return std::make_unique<net::JsonArrayReader>();
    case StreamFraming::kAwsEventStream:
      return std::make_unique<net::AwsEventReader>();
  }
  return nullptr;
}

HttpStream::HttpStream(const Dialect& dialect, StreamSink& sink, ReplyTap* tap)
    : framing_(dialect.framing()),
      sink_(sink),
      tap_(tap),
      reader_(NewEventReader(framing_)),
      decoder_(dialect.NewStreamDecoder()) {}

bool HttpStream::Wants(const net::HttpReply& head) {
  const bool whole = framing_ == StreamFraming::kServerSentEvents &&
                     head.Header("content-type").starts_with("application/json");
  streamed_ = head.status == 200 && !whole;
  return streamed_;
}

net::BodySink::Taken HttpStream::OnBody(std::string_view bytes) {
  if (tap_ != nullptr) tap_->OnReplyBytes(bytes);
  had_event_ = false;
  progress_ = reader_->Read(bytes, [this](std::string_view name, std::string_view data) {
    had_event_ = true;
    return decoder_->Read({.name = name, .data = data}, *this);
  });
  // What comes before the first token, such as a greeting, does not end the wait for it.
  Taken taken = {.alive = had_event_ && begun_};
  if (progress_ == Progress::kEnded) taken.wish = Wish::kEnough;
  if (progress_ == Progress::kTooLarge || progress_ == Progress::kMalformed) {
    taken.wish = Wish::kStop;
  }
  if (!had_event_) return taken;
  const StreamSink::Wish wish = sink_.OnPieceEnd();
  if (taken.wish != Wish::kMore) return taken;
  if (wish == StreamSink::Wish::kPause) taken.wish = Wish::kPause;
  if (wish == StreamSink::Wish::kStop) taken.wish = Wish::kStop;
  return taken;
}

void HttpStream::OnText(std::string_view piece) {
  begun_ = begun_ || !piece.empty();
  sink_.OnText(piece);
}

void HttpStream::OnArguments(size_t index, std::string_view tool, std::string_view piece) {
  begun_ = begun_ || !piece.empty();
  sink_.OnArguments(index, tool, piece);
}

void HttpStream::OnThinking(std::string_view piece) {
  begun_ = begun_ || !piece.empty();
  sink_.OnThinking(piece);
}

SendResult HttpStream::Finish() {
  if (progress_ == Progress::kGoesOn) {
    had_event_ = false;
    progress_ = reader_->Finish([this](std::string_view name, std::string_view data) {
      had_event_ = true;
      return decoder_->Read({.name = name, .data = data}, *this);
    });
    if (had_event_) sink_.OnPieceEnd();
  }
  SendResult result = decoder_->Finish();
  if (progress_ == Progress::kTooLarge) {
    result.failure = SendFailure::kTooLarge;
    result.message =
        fmt::format("an event of the stream has more than {} MiB", net::kMaxEventBytes >> 20U);
  } else if (progress_ == Progress::kMalformed) {
    result.failure = SendFailure::kMalformed;
    result.message = "the stream is not in the form of its protocol";
  }
  return result;
}

Usage HttpStream::UsageSoFar() {
  return decoder_->Finish().reply.usage;
}

}  // namespace extractd::providers
