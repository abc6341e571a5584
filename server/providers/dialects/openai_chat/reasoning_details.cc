#include "server/providers/dialects/openai_chat/reasoning_details.h"

#include <algorithm>
#include <string_view>

#include "server/json/read.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"

namespace extractd::providers::openai_chat {
namespace {

// Members that grow from piece to piece; of the others the last counts.
bool Grows(std::string_view name) {
  return name == "text" || name == "summary" || name == "data";
}

// Of one block; the API knows seven.
constexpr size_t kMaxMembers = 32;

}  // namespace

void ReasoningDetails::Add(const json::Value& list) {
  if (!list.is_array()) return;
  for (const json::Value& piece : list) {
    if (!piece.is_object()) continue;
    const auto index = json::IntegerMember(piece, "index");
    const std::string_view type = json::StringMember(piece, "type");
    const bool continues = !blocks_.empty() && index.has_value() && blocks_.back().index == index &&
                           blocks_.back().type == type;
    if (!continues) blocks_.push_back({.index = index, .type = std::string(type)});
    Extend(blocks_.back(), piece);
  }
}

void ReasoningDetails::Extend(Block& block, const json::Value& piece) {
  for (const json::Value& member : piece) {
    const bool is_string = member.is_string();
    std::string text = is_string ? std::string(member.string()) : json::ToText(member);
    const auto known = std::ranges::find(block.members, member.key(), &Member::name);
    if (known == block.members.end()) {
      if (block.members.size() == kMaxMembers) continue;
      block.members.push_back({std::string(member.key()), std::move(text), is_string});
    } else if (is_string && known->is_string && Grows(member.key())) {
      known->text += text;
    } else if (!member.is_null()) {
      *known = {std::string(member.key()), std::move(text), is_string};
    }
  }
}

std::string ReasoningDetails::Text() const {
  if (blocks_.empty()) return {};
  json::TextWriter out;
  out.BeginArray();
  for (const Block& block : blocks_) {
    out.BeginObject();
    for (const Member& member : block.members) {
      out.Key(member.name);
      member.is_string ? out.String(member.text) : out.Raw(member.text);
    }
    out.EndObject();
  }
  out.EndArray();
  return std::move(out).Take();
}

}  // namespace extractd::providers::openai_chat
