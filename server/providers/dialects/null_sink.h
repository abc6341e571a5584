// A sink for those who want the whole reply only.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_NULL_SINK_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_NULL_SINK_H_

#include "server/chat/stream.h"

namespace extractd::providers {

class NullSink final : public DeltaSink {
 public:
  void OnText(std::string_view) override {}
  void OnArguments(size_t, std::string_view, std::string_view) override {}
  void OnThinking(std::string_view) override {}
};

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_NULL_SINK_H_
