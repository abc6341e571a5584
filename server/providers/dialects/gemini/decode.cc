// Reads replies of status 200, whole and streamed.
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/providers/dialects/gemini/gemini.h"
#include "server/providers/dialects/gemini/reply_assembly.h"

namespace extractd::providers::gemini {
namespace {

SendResult Malformed(std::string_view problem) {
  return {.failure = SendFailure::kMalformed, .message = std::string(problem)};
}

// Reads `text` into `assembly`; bytes that are no UTF-8 are replaced. False: there is nothing more
// to read, as this could not be parsed (which `unreadable` says) or was an error.
bool Take(std::string_view text, ReplyAssembly& assembly, DeltaSink* sink, bool& unreadable) {
  const json::ParseResult parsed = json::ParseView(text);
  if (const auto* document = std::get_if<json::Document>(&parsed)) {
    // An error may stand in an array of its own.
    const json::Value& root = document->root();
    const json::Value* first = root.is_array() ? root.At(0) : &root;
    return assembly.Add(first == nullptr ? root : *first, sink);
  }
  unreadable = IsValidUtf8(text);
  if (unreadable) return false;
  assembly.NoteSanitized();
  return Take(ReplaceInvalidUtf8(text), assembly, sink, unreadable);
}

class GeminiStreamDecoder final : public StreamDecoder {
 public:
  bool Read(const StreamEvent& event, DeltaSink& sink) override {
    return Take(event.data, assembly_, &sink, unreadable_);
  }

  SendResult Finish() override {
    if (unreadable_) return Malformed("an event of the stream is not JSON");
    return assembly_.Finish(/*partial=*/true);
  }

 private:
  ReplyAssembly assembly_;
  bool unreadable_ = false;
};

}  // namespace

SendResult DecodeReply(std::string_view body) {
  if (body.empty()) return Malformed("the reply is empty");
  ReplyAssembly assembly;
  bool unreadable = false;
  Take(body, assembly, nullptr, unreadable);
  if (unreadable) return Malformed("the reply is not JSON");
  return assembly.Finish(/*partial=*/false);
}

std::unique_ptr<StreamDecoder> NewStreamDecoder() {
  return std::make_unique<GeminiStreamDecoder>();
}

}  // namespace extractd::providers::gemini
