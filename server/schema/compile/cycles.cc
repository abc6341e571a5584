#include "server/schema/compile/cycles.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "server/schema/compile/invalid_schema.h"

namespace extractd::schema {
namespace {

using Program = CompiledSchema::Program;

// Blocks that apply to the same value as the one of `instruction`.
void AddTargets(
    const Program& program, const Instruction& instruction, std::vector<BlockIndex>& out
) {
  const std::uint32_t operand = instruction.operand;
  switch (instruction.op) {
    case Op::kAllOf:
    case Op::kAnyOf:
    case Op::kOneOf:
      out.insert(out.end(), program.lists[operand].begin(), program.lists[operand].end());
      break;
    case Op::kNot:
    case Op::kRef:
      out.push_back(operand);
      break;
    case Op::kDynamicRef:
      out.push_back(program.dynamic_refs[operand].fallback);
      break;
    case Op::kIf:
      for (const BlockIndex block :
           {program.conditions[operand].test,
            program.conditions[operand].then,
            program.conditions[operand].otherwise}) {
        if (block != kNoBlock) out.push_back(block);
      }
      break;
    case Op::kDependentSchemas:
      for (const DependentRule& rule : program.dependents[operand]) out.push_back(rule.block);
      break;
    default:
      break;
  }
}

std::vector<BlockIndex> TargetsOf(const Program& program, BlockIndex block) {
  std::vector<BlockIndex> targets;
  for (std::uint32_t i = program.blocks[block].first; i < program.blocks[block].last; ++i) {
    AddTargets(program, program.code[i], targets);
  }
  return targets;
}

absl::Status Fault(const Program& program, BlockIndex block, std::string message) {
  const Block& at = program.blocks[block];
  return InvalidSchema(
      {.document = at.own ? "" : "a referenced document",
       .pointer = std::string(program.PointerOf(at)),
       .message = std::move(message)},
      program.text
  );
}

// Depth first, with a stack of its own.
class Search {
 public:
  explicit Search(const Program& program)
      : program_(program),
        states_(program.blocks.size(), State::kNew),
        chains_(states_.size(), 1) {}

  absl::Status From(BlockIndex start) {
    if (states_[start] != State::kNew) return absl::OkStatus();
    Open(start);
    while (!stack_.empty()) {
      Level& level = stack_.back();
      if (level.next == level.targets.size()) {
        Close();
        continue;
      }
      const BlockIndex target = level.targets[level.next++];
      if (states_[target] == State::kOpen) {
        return Fault(
            program_,
            target,
            "the schema leads back to itself without a step into the value, so that checking it "
            "would never end"
        );
      }
      if (states_[target] == State::kNew) {
        Open(target);
      } else {
        Lengthen(level.block, target);
      }
    }
    if (chains_[start] <= kMaxChain) return absl::OkStatus();
    return Fault(
        program_,
        start,
        fmt::format("more than {} schemas refer to each other in a chain", kMaxChain)
    );
  }

 private:
  enum class State : unsigned char { kNew, kOpen, kDone };
  struct Level {
    BlockIndex block;
    std::vector<BlockIndex> targets;
    size_t next = 0;
  };

  void Open(BlockIndex block) {
    states_[block] = State::kOpen;
    stack_.push_back({block, TargetsOf(program_, block)});
  }
  void Close() {
    const BlockIndex done = stack_.back().block;
    states_[done] = State::kDone;
    stack_.pop_back();
    if (!stack_.empty()) Lengthen(stack_.back().block, done);
  }
  void Lengthen(BlockIndex block, BlockIndex target) {
    chains_[block] = std::max(chains_[block], chains_[target] + 1);
  }

  const Program& program_;
  std::vector<State> states_;
  std::vector<size_t> chains_;  // the longest one from each block
  std::vector<Level> stack_;
};

}  // namespace

absl::Status CheckNesting(const Program& program) {
  Search search(program);
  for (BlockIndex block = 0; block < program.blocks.size(); ++block) {
    if (absl::Status status = search.From(block); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace extractd::schema
