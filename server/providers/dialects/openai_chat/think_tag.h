// Some models write their thoughts into the content, as <think>…</think> in front of the answer.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_THINK_TAG_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_THINK_TAG_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace extractd::providers::openai_chat {

// Tells the two apart, in pieces of any size. What could still be a part of a tag is held back.
class ThinkTag {
 public:
  struct Split {
    std::string thinking = {};
    std::string text = {};
  };

  // What is known of the content up to the end of `piece`, without what was said before.
  Split Read(std::string_view piece);
  // What was held back, at the end of the content.
  Split Finish();

 private:
  enum class Place : std::uint8_t { kStart, kInside, kBehind, kAnswer };

  Split ReadStart();
  Split ReadInside();
  Split ReadBehind();

  Place place_ = Place::kStart;
  std::string held_;
};

}  // namespace extractd::providers::openai_chat

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_THINK_TAG_H_
