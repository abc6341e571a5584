// What the methods that answer in streams share.
#ifndef EXTRACTD_SERVER_SERVICE_STREAM_STREAM_CALL_H_
#define EXTRACTD_SERVER_SERVICE_STREAM_STREAM_CALL_H_

#include <string_view>

#include "server/base/clock.h"
#include "server/engine/call.h"
#include "server/service/protobuf/answer_types.h"
#include "server/service/rpc/rpc.h"
#include "server/service/stream/event_writer.h"
#include "server/service/stream/stream_options.h"

namespace extractd {

// A request, read and checked.
struct StreamCall {
  StreamOptions options = {};
  ExtractCall call = {};
  AnswerTypes types = {};
};

// One stream that was answered to: whose, by what, since when. All outlive it.
struct OpenStream {
  StreamRpc& rpc;
  EventWriter& events;
  std::string_view method;
  SteadyTime begin;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_STREAM_STREAM_CALL_H_
