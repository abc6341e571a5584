// Streamed replies of a plug-in's dialect: it says what each event adds, and the reply grows here.
#ifndef EXTRACTD_SERVER_PLUGINS_PLUGIN_STREAM_H_
#define EXTRACTD_SERVER_PLUGINS_PLUGIN_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <absl/status/status.h>

#include "include/extractd/plugin.h"
#include "server/chat/stream.h"
#include "server/plugins/reply_json.h"

namespace extractd::plugins {

// Nothing: `framing` is none of extractd_framing.
std::optional<StreamFraming> FramingOf(std::int32_t framing);

// What the plug-in does wrong makes the reply malformed for good, and names it; a stream that ends
// without a reason to stop was cut. The plug-in's own stream is begun with the first event.
class PluginStream final : public StreamDecoder {
 public:
  // `who` is for messages. `table` outlives this, and has stream_read.
  PluginStream(std::string who, const extractd_dialect& table);
  PluginStream(const PluginStream&) = delete;
  PluginStream& operator=(const PluginStream&) = delete;
  ~PluginStream() override;

  bool Read(const StreamEvent& event, DeltaSink& sink) override;
  SendResult Finish() override;

 private:
  absl::Status Begin();
  absl::Status ReadEvent(const StreamEvent& event, DeltaSink& sink);
  absl::Status Add(ReplyDelta delta, DeltaSink& sink);
  absl::Status AddCalls(ReplyDelta& delta, DeltaSink& sink);
  void AddThoughts(ChatReply& added, DeltaSink& sink);

  const std::string who_;
  const extractd_dialect& table_;
  void* stream_ = nullptr;
  bool begun_ = false;
  bool last_ = false;
  size_t written_ = 0;
  SendResult result_;
};

}  // namespace extractd::plugins

#endif  // EXTRACTD_SERVER_PLUGINS_PLUGIN_STREAM_H_
