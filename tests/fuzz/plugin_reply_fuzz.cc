// What a dialect of a plug-in says that a reply, or an event of a stream, means: any bytes.
#include "server/plugins/plugin_dialect.h"
#include "tests/fuzz/dialect_checks.h"

namespace {

int Encode(void*, extractd_text, extractd_output*) {
  return 1;
}

int Echo(void*, int, extractd_text body, extractd_output* meaning) {
  return meaning->write(meaning, body.data, body.size);
}

int EchoEvent(void*, extractd_text, extractd_text data, extractd_output* added) {
  return added->write(added, data.data, data.size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr extractd_dialect kTable = {
      .name = "echo",
      .self = nullptr,
      .encode = Encode,
      .decode = Echo,
      .framing = EXTRACTD_FRAMING_JSON_LINES,
      .stream_begin = nullptr,
      .stream_end = nullptr,
      .stream_read = EchoEvent
  };
  static const extractd::plugins::PluginDialect dialect("fuzz", kTable);
  return extractd::fuzz::CheckDialect(dialect, data, size);
}
