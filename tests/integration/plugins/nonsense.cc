// A plug-in whose functions do what they should not; the model's name, which stands in the request,
// says what.
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include <extractd/plugin.h>

namespace {

std::string_view View(extractd_text text) {
  return {text.data, text.size};
}

int Write(extractd_output* output, std::string_view text) {
  return output->write(output, text.data(), text.size());
}

bool Asks(extractd_text request, std::string_view model) {
  return View(request).find("\"model\":\"" + std::string(model) + "\"") != std::string_view::npos;
}

int WriteForEver(extractd_output* output) {
  const std::string piece(1 << 20, 'x');
  while (Write(output, piece) == 0) {
  }
  return 0;
}

int Encode(void*, extractd_text request, extractd_output* body) {
  if (Asks(request, "encode-fails")) return 3;
  if (Asks(request, "encode-says-why")) return Write(body, "no such thing"), 1;
  if (Asks(request, "encode-junk")) return Write(body, "[1,2");
  if (Asks(request, "encode-bytes")) return Write(body, "{\"a\":\"\xFF\"}");
  if (Asks(request, "encode-throws")) throw std::runtime_error("thrown");
  if (Asks(request, "encode-endless")) return WriteForEver(body);
  if (Asks(request, "encode-null")) return body->write(body, nullptr, 100);
  return Write(body, "{}");
}

// Writes the body of the reply as what it means.
int Decode(void*, int, extractd_text body, extractd_output* meaning) {
  if (View(body) == "\"fail\"") return 1;
  if (View(body) == "\"throw\"") throw std::runtime_error("thrown");
  return Write(meaning, View(body));
}

// Each stream is an object of its own, which a sanitizer misses if it is not freed.
void* BeginStream(void*) {
  return new int(0);
}

void EndStream(void* stream) {
  delete static_cast<int*>(stream);
}

// Writes an event as what it adds.
int ReadEvent(void* stream, extractd_text, extractd_text data, extractd_output* added) {
  ++*static_cast<int*>(stream);
  if (View(data) == "\"fail\"") return 1;
  if (View(data) == "\"throw\"") throw std::runtime_error("thrown");
  return Write(added, View(data));
}

int FindOutside(void*, extractd_text reply, size_t* begin, size_t* end) {
  *begin = reply.size / 2;
  *end = reply.size + 1'000'000;
  return 0;
}

constexpr std::array<extractd_dialect, 1> kDialects = {{
    {.name = "nonsense",
     .self = nullptr,
     .encode = Encode,
     .decode = Decode,
     .framing = EXTRACTD_FRAMING_EVENT_STREAM,
     .stream_begin = BeginStream,
     .stream_end = EndStream,
     .stream_read = ReadEvent},
}};
constexpr std::array<extractd_mode, 1> kModes = {{
    {.name = "OUTSIDE",
     .description = "Points outside the reply.",
     .self = nullptr,
     .answer = EXTRACTD_ANSWER_TEXT,
     .instruction = "{schema}",
     .correction = nullptr,
     .find = FindOutside},
}};
constexpr extractd_plugin kPlugin = {
    .abi = EXTRACTD_PLUGIN_ABI,
    .name = "nonsense",
    .version = "0",
    .dialects = kDialects.data(),
    .dialect_count = kDialects.size(),
    .modes = kModes.data(),
    .mode_count = kModes.size(),
    .providers = nullptr,
};

}  // namespace

const extractd_plugin* extractd_plugin_get(uint32_t) {
  return &kPlugin;
}
