// One content block while it is being streamed.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_STREAM_BLOCK_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_STREAM_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/chat/stream.h"
#include "server/json/text_writer.h"
#include "server/json/value.h"

namespace extractd::providers::anthropic {

class StreamBlock {
 public:
  enum class Kind : std::uint8_t { kText, kThinking, kCall, kOther };

  // `start` is the block as it was announced. `call_index`: that of the call, if it is one.
  StreamBlock(const json::Value& start, size_t call_index, DeltaSink& sink);

  // A piece of what a `content_block_delta` adds; kinds that nobody knows add nothing.
  void Add(const json::Value& delta, DeltaSink& sink);
  // No further piece will come.
  void End(DeltaSink& sink);

  // Joins halves of characters that came in two pieces. True: there were some without the other.
  bool Mend();

  bool is_call() const { return kind_ == Kind::kCall; }
  // Of a call: the text that the model wrote, which may be cut or malformed.
  const std::string& arguments() const { return input_; }

  // The block as an unstreamed reply would have it.
  void Write(json::TextWriter& out) const;

 private:
  void AddToText(std::string_view type, const json::Value& delta, DeltaSink& sink);
  void AddToThinking(std::string_view type, const json::Value& delta, DeltaSink& sink);
  // Members that deltas add to; the others stay as they were announced.
  const std::string* TextOf(std::string_view member) const;
  bool IsReplaced(std::string_view member) const;

  std::string start_;  // JSON
  std::string tool_;
  size_t call_index_;
  Kind kind_;
  std::optional<std::string> text_ = {};
  std::optional<std::string> thinking_ = {};
  std::optional<std::string> signature_ = {};
  std::string input_ = {};                   // JSON, in pieces
  std::vector<std::string> citations_ = {};  // JSON each
};

}  // namespace extractd::providers::anthropic

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_STREAM_BLOCK_H_
