// ReasoningDetails: the blocks of `reasoning_details`, which have to be sent back as they came.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_REASONING_DETAILS_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_REASONING_DETAILS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/json/value.h"

namespace extractd::providers::openai_chat {

class ReasoningDetails {
 public:
  // Adds the blocks of a message, or their next pieces: what has the index and type of the block
  // before it continues it.
  void Add(const json::Value& list);

  bool empty() const { return blocks_.empty(); }
  // A JSON array; empty if there are no blocks.
  std::string Text() const;

 private:
  struct Member {
    std::string name = {};
    std::string text = {};  // of a string: unescaped; of anything else: its JSON
    bool is_string = false;
  };
  struct Block {
    std::optional<std::int64_t> index = {};
    std::string type = {};
    std::vector<Member> members = {};
  };
  static void Extend(Block& block, const json::Value& piece);

  std::vector<Block> blocks_;
};

}  // namespace extractd::providers::openai_chat

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_REASONING_DETAILS_H_
