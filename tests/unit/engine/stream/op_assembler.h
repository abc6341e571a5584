// Applies partial ops as a client would, and holds them to what the API promises.
#ifndef EXTRACTD_TESTS_UNIT_ENGINE_STREAM_OP_ASSEMBLER_H_
#define EXTRACTD_TESTS_UNIT_ENGINE_STREAM_OP_ASSEMBLER_H_

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/engine/stream/partial_op.h"

namespace extractd {

class OpAssembler {
 public:
  void Apply(const PartialOp& op) {
    const std::string path(op.path);
    log.push_back(Describe(op));
    if (op.kind == PartialOp::Kind::kItem) return;
    if (op.kind == PartialOp::Kind::kSet && path.empty()) complete_.clear();
    for (const std::string& done : complete_) {
      const bool inside =
          path.starts_with(done) && (path.size() == done.size() || path[done.size()] == '/');
      EXPECT_FALSE(inside && !(op.kind == PartialOp::Kind::kComplete && path == done))
          << "changes what is complete: " << log.back();
    }
    const nlohmann::ordered_json::json_pointer at(path);
    switch (op.kind) {
      case PartialOp::Kind::kSet:
        value[at] = Parse(op.text);
        break;
      case PartialOp::Kind::kAppendText:
        value[at] = value.at(at).get<std::string>() + std::string(op.text);
        break;
      case PartialOp::Kind::kAppendElement:
        value[at].push_back(Parse(op.text));
        break;
      case PartialOp::Kind::kComplete:
        EXPECT_TRUE(value.contains(at)) << path;
        complete_.insert(path);
        break;
      case PartialOp::Kind::kItem:
        break;
    }
  }

  nlohmann::ordered_json value;
  std::vector<std::string> log;

 private:
  static nlohmann::ordered_json Parse(std::string_view text) {
    auto parsed = nlohmann::ordered_json::parse(text, nullptr, false);
    EXPECT_FALSE(parsed.is_discarded()) << text;
    return parsed;
  }

  // "item 1", with the kinds of its repairs
  static std::string DescribeItem(const PartialOp& op) {
    std::string text = "item " + std::string(op.text);
    for (const json::Repair& repair : op.repairs) text += " " + std::string(repair.kind);
    return text;
  }

  // "set /a 1", "text /a x", "element /a 1", "complete /a"
  static std::string Describe(const PartialOp& op) {
    const std::string rest = std::string(op.path) + " " + std::string(op.text);
    switch (op.kind) {
      case PartialOp::Kind::kSet:
        return "set " + rest;
      case PartialOp::Kind::kAppendText:
        return "text " + rest;
      case PartialOp::Kind::kAppendElement:
        return "element " + rest;
      case PartialOp::Kind::kComplete:
        return "complete " + std::string(op.path);
      case PartialOp::Kind::kItem:
        return DescribeItem(op);
    }
    return rest;
  }

  std::set<std::string> complete_;
};

}  // namespace extractd

#endif  // EXTRACTD_TESTS_UNIT_ENGINE_STREAM_OP_ASSEMBLER_H_
