// Reads replies of status 200, whole and streamed.
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/gemini/gemini.h"
#include "server/providers/dialects/gemini/reply_assembly.h"

namespace extractd::providers::gemini {
namespace {

SendResult Malformed(std::string_view problem) {
  return {.failure = SendFailure::kMalformed, .message = std::string(problem)};
}

// Reads `text` into `assembly`. False: there is nothing more to read, as this could not be parsed,
// which `problem` says then, or was an error.
bool Take(
    std::string_view text,
    std::string_view what,
    ReplyAssembly& assembly,
    DeltaSink* sink,
    std::string& problem
) {
  BodyText body = ReadBodyText(text, what);
  problem = std::move(body.problem);
  if (!body.document.has_value()) return false;
  if (body.sanitized) assembly.NoteSanitized();
  // An error may stand in an array of its own.
  const json::Value& root = body.document->root();
  const json::Value* first = root.is_array() ? root.At(0) : nullptr;
  return assembly.Add(first == nullptr ? root : *first, sink);
}

class GeminiStreamDecoder final : public StreamDecoder {
 public:
  bool Read(const StreamEvent& event, DeltaSink& sink) override {
    return Take(event.data, "an event of the reply", assembly_, &sink, problem_);
  }

  SendResult Finish() override {
    if (!problem_.empty()) return Malformed(problem_);
    return assembly_.Finish(/*partial=*/true);
  }

 private:
  ReplyAssembly assembly_;
  std::string problem_;
};

}  // namespace

SendResult DecodeReply(std::string_view body) {
  ReplyAssembly assembly;
  std::string problem;
  Take(body, "the reply", assembly, nullptr, problem);
  return problem.empty() ? assembly.Finish(/*partial=*/false) : Malformed(problem);
}

std::unique_ptr<StreamDecoder> NewStreamDecoder() {
  return std::make_unique<GeminiStreamDecoder>();
}

}  // namespace extractd::providers::gemini
