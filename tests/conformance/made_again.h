// Requests that others made, made again: read into the chat vocabulary, encoded by us, compared.
// The bodies are read with a JSON library that shares nothing with the encoders.
#ifndef EXTRACTD_TESTS_CONFORMANCE_MADE_AGAIN_H_
#define EXTRACTD_TESTS_CONFORMANCE_MADE_AGAIN_H_

#include <algorithm>
#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/chat/chat.h"
#include "server/providers/provider_table.h"
#include "server/registry/catalog.h"
#include "server/registry/dialect.h"
#include "server/registry/provider_row.h"
#include "server/registry/registry.h"
#include "tests/conformance/exchanges.h"

namespace extractd::recorded {

// A list of plain texts, {type, text} each.
inline bool IsTexts(const Json& content) {
  if (!content.is_array()) return false;
  return std::ranges::all_of(content, [](const Json& block) {
    return block.is_object() && block.size() == 2 && block.contains("text") &&
           block.value("type", "").ends_with("text");
  });
}

inline std::string JoinedTexts(const Json& content) {
  if (content.is_string()) return content;
  std::string text;
  for (const Json& block : content) text += block["text"].get<std::string>();
  return text;
}

// Null if there is no such member, or no object.
inline Json MemberOf(const Json& object, const char* key) {
  return object.is_object() ? object.value(key, Json()) : Json();
}

// Empty if there is no such member, or no text.
inline std::string TextOf(const Json& object, const char* key) {
  const Json text = MemberOf(object, key);
  return text.is_string() ? text.get<std::string>() : "";
}

inline Role RoleOf(const std::string& name) {
  static const std::map<std::string, Role> kRoles = {
      {"system", Role::kSystem},
      {"developer", Role::kSystem},
      {"user", Role::kUser},
      {"assistant", Role::kAssistant},
      {"tool", Role::kTool},
  };
  return kRoles.at(name);
}

// A medium at an address that may hold its bytes.
inline Media MediaAt(MediaKind kind, const std::string& address) {
  const size_t comma = address.find(";base64,");
  if (!address.starts_with("data:") || comma == std::string::npos) {
    return {.kind = kind, .source = MediaSource::kUrl, .content = address};
  }
  Media media = {.kind = kind, .media_type = address.substr(5, comma - 5)};
  const std::string text = address.substr(comma + 8);
  EXPECT_TRUE(
      absl::Base64Unescape(text, &media.content) ||
      absl::WebSafeBase64Unescape(text, &media.content)
  );
  return media;
}

// Reads a body into a request, whose schemas are views of texts that it keeps.
class RequestReader {
 public:
  // Why it could not: what is asked for has no place in the chat vocabulary.
  const std::string& reason() const { return reason_; }

 protected:
  bool Fail(std::string why) {
    reason_ = std::move(why);
    return false;
  }
  std::string_view Keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  ChatRequest request_;

 private:
  std::string reason_;
  std::deque<std::string> kept_;
};

// Changes that make of a body what we mean by it, each by a rule with a name.
class Rules {
 public:
  const std::map<std::string, int>& counts() const { return counts_; }

 protected:
  void Note(const std::string& rule) { ++counts_[rule]; }
  void Drop(Json& object, const char* key, const std::string& rule) {
    object.erase(key);
    Note(rule);
  }
  void DropIfEmpty(Json& object, const char* key, const std::string& rule) {
    if (object.contains(key) && TextOf(object, key).empty()) Drop(object, key, rule);
  }
  // Where the member is there.
  void Rename(Json& object, const char* from, const char* to, const std::string& rule) {
    if (!object.contains(from)) return;
    Json value = std::move(object[from]);
    object.erase(from);
    object[to] = std::move(value);
    Note(rule);
  }

 private:
  std::map<std::string, int> counts_;
};

// What became of the requests of a suite.
class Comparison {
 public:
  void LeaveOut(const std::string& reason) { ++left_out_[reason]; }

  // Without the order of members, which means nothing. `members`: those that count; empty: all.
  void Expect(
      const absl::StatusOr<std::string>& ours,
      const Json& theirs,
      std::initializer_list<const char*> members = {}
  ) {
    ASSERT_TRUE(ours.ok()) << ours.status();
    const auto written = nlohmann::json::parse(*ours);
    EXPECT_EQ(Picked(written, members), Picked(nlohmann::json(theirs), members));
    ++same_;
  }

  // At least `expected` were made again, by no more than twelve rules.
  void Conclude(std::string_view what, const Rules& rules, int expected) const {
    fmt::print("{}: {} requests made again\n", what, same_);
    for (const auto& [rule, count] : rules.counts()) fmt::print("  {} by rule: {}\n", count, rule);
    for (const auto& [reason, count] : left_out_) fmt::print("  {} left out: {}\n", count, reason);
    EXPECT_GE(same_, expected);
    EXPECT_LE(rules.counts().size(), 12U);
  }

 private:
  static nlohmann::json Picked(
      const nlohmann::json& body, std::initializer_list<const char*> members
  ) {
    if (members.size() == 0) return body;
    nlohmann::json picked;
    for (const char* member : members) {
      if (body.contains(member)) picked[member] = body[member];
    }
    return picked;
  }

  int same_ = 0;
  std::map<std::string, int> left_out_;
};

// The built-in rows and families.
class BuiltIn {
 public:
  BuiltIn() : catalog_(registry_, &providers::FindDialect, providers::BuiltInModelFamilies()) {}

  const ModelFamily& FamilyOf(std::string_view provider, std::string_view model) const {
    return catalog_.FamilyOf(provider, model);
  }
  // Null: there is none of that name.
  const ProviderRow* RowOf(std::string_view provider) const {
    const auto row = std::ranges::find(rows_, provider, &ProviderRow::name);
    return row == rows_.end() ? nullptr : &*row;
  }

 private:
  Registry registry_;
  Catalog catalog_;
  std::vector<ProviderRow> rows_ = providers::BuiltInProviders();
};

// What a request is made for.
struct Peer {
  const ProviderRow& row;
  const ModelFamily& family;
};

// Makes those exchanges' requests again. `peer_of(exchange, request)` names whom they go to;
// `members` are those that are compared.
template <typename Reader, typename RulesOfSuite, typename PeerOf>
void MakeAgain(
    const std::vector<Exchange>& exchanges,
    const Dialect& dialect,
    PeerOf peer_of,
    RulesOfSuite& rules,
    Comparison& comparison,
    std::initializer_list<const char*> members = {}
) {
  for (const Exchange& exchange : exchanges) {
    SCOPED_TRACE(exchange.id);
    Reader reader;
    const std::optional<ChatRequest> request = reader.Read(exchange);
    if (!request.has_value()) {
      comparison.LeaveOut(reader.reason());
      continue;
    }
    const Peer peer = peer_of(exchange, *request);
    Json theirs = exchange.request;
    rules.Apply(theirs, peer);
    comparison.Expect(dialect.EncodeBody(peer.row, peer.family, *request), theirs, members);
  }
}

}  // namespace extractd::recorded

#endif  // EXTRACTD_TESTS_CONFORMANCE_MADE_AGAIN_H_
