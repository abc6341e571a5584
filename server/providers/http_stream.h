// HttpStream: a streamed reply on its way from the socket to the engine: the framing cuts the body
// into events, the dialect's decoder reads them, and a sink is told what they add.
#ifndef EXTRACTD_SERVER_PROVIDERS_HTTP_STREAM_H_
#define EXTRACTD_SERVER_PROVIDERS_HTTP_STREAM_H_

#include <memory>
#include <string_view>

#include "server/chat/stream.h"
#include "server/net/body_sink.h"
#include "server/net/streams/event_reader.h"
#include "server/registry/dialect.h"

namespace extractd::providers {

// Null: that framing is not read here.
std::unique_ptr<net::EventReader> NewEventReader(StreamFraming framing);

// For one send.
class HttpStream final : public net::BodySink, private DeltaSink {
 public:
  // All outlive this; `tap` may be null. REQUIRES: the dialect has a stream decoder, and its
  // framing is read here.
  HttpStream(const Dialect& dialect, StreamSink& sink, ReplyTap* tap = nullptr);

  // A reply of status 200, unless it says that it is JSON where events were to come: some hosts
  // pass over the wish for a stream.
  bool Wants(const net::HttpReply& head) override;
  Taken OnBody(std::string_view bytes) override;

  // The body was handed over here.
  bool streamed() const { return streamed_; }
  // The body is over: what it was as a whole.
  SendResult Finish();
  // It broke off: the tokens that it had reported before.
  Usage UsageSoFar();

 private:
  using Progress = net::EventReader::Progress;

  // What the decoder tells, on its way to the sink.
  void OnText(std::string_view piece) override;
  void OnArguments(size_t index, std::string_view tool, std::string_view piece) override;
  void OnThinking(std::string_view piece) override;

  StreamFraming framing_;
  StreamSink& sink_;
  ReplyTap* tap_;
  std::unique_ptr<net::EventReader> reader_;
  std::unique_ptr<StreamDecoder> decoder_;
  bool streamed_ = false;
  bool had_event_ = false;  // in the piece that is being read
  bool begun_ = false;      // the model has said something
  Progress progress_ = Progress::kGoesOn;
};

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_HTTP_STREAM_H_
