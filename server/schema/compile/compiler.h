// Compiler: turns the subschemas that can be reached from a schema's root into blocks of a program.
#ifndef EXTRACTD_SERVER_SCHEMA_COMPILE_COMPILER_H_
#define EXTRACTD_SERVER_SCHEMA_COMPILE_COMPILER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/base/strings.h"
#include "server/schema/compile/schema_store.h"
#include "server/schema/program/program.h"

namespace extractd::schema {

// Longer operands of multipleOf are refused: the check takes time in proportion to them.
inline constexpr size_t kMaxDivisorBytes = 200;
// All patterns of a schema together may take so much memory once compiled.
inline constexpr size_t kMaxPatternBytes = size_t{64} << 20U;

class Compiler {
 public:
  // Both outlive the compiler. The store holds the caller's document.
  Compiler(SchemaStore& store, CompiledSchema::Program& program)
      : store_(store), program_(program) {}

  // kInvalidSchema, as schema::Compile.
  absl::Status Run();

 private:
  // One subschema while it is compiled.
  struct Scope {
    SubschemaIndex subschema = 0;
    const json::Value& schema;
    const Dialect& dialect;
    std::vector<Instruction> code = {};
    bool members_done = false;
    bool items_done = false;
  };

  // The block for a subschema; it is compiled later.
  BlockIndex BlockFor(SubschemaIndex subschema);
  BlockIndex BlockFor(const json::Value& schema) { return BlockFor(store_.Find(schema)); }
  absl::Status CompileQueued();
  absl::Status CompileBlock(BlockIndex block);
  // Queues the targets that dynamic references can have. True: there are new ones.
  bool QueueDynamicTargets();

  absl::Status CompileKeyword(Scope& scope, Keyword keyword, const json::Value& value);
  absl::Status CompileAssertion(Scope& scope, Keyword keyword, const json::Value& value);
  absl::Status CompileApplicator(Scope& scope, Keyword keyword, const json::Value& value);

  absl::Status CompileRef(Scope& scope, const json::Value& value);
  absl::Status CompileDynamicRef(Scope& scope, const json::Value& value);

  // assertions.cc
  absl::Status CompileType(Scope& scope, const json::Value& value);
  absl::Status CompileEnum(Scope& scope, const json::Value& value);
  absl::Status CompileConst(Scope& scope, const json::Value& value);
  absl::Status CompileBound(Scope& scope, Keyword keyword, Op op, const json::Value& value);
  absl::Status CompileSize(Scope& scope, Keyword keyword, Op op, const json::Value& value);
  absl::Status CompileUniqueItems(Scope& scope, const json::Value& value);
  absl::Status CompilePattern(Scope& scope, const json::Value& value);
  absl::Status CompileFormat(Scope& scope, const json::Value& value);
  absl::StatusOr<std::uint64_t> ReadSize(
      const Scope& scope, Keyword keyword, const json::Value& value
  );
  absl::StatusOr<const Pattern*> PatternFor(
      const Scope& scope, Keyword keyword, std::string_view text
  );
  absl::StatusOr<std::vector<std::string_view>> ReadNames(
      const Scope& scope, Keyword keyword, const json::Value& value
  );

  // applicators.cc
  absl::Status CompileMembers(Scope& scope, Keyword first);
  absl::Status AddProperties(const Scope& scope, MemberRules& rules);
  absl::Status AddRequired(const Scope& scope, MemberRules& rules);
  absl::Status AddPatterns(const Scope& scope, MemberRules& rules);
  void CompileItems(Scope& scope);
  absl::Status CompileContains(Scope& scope, const json::Value& value);
  absl::Status CompileDependencies(Scope& scope, Keyword keyword, const json::Value& value);
  void CompileList(Scope& scope, Keyword keyword, Op op, const json::Value& value);
  void CompileIf(Scope& scope, const json::Value& value);

  const json::Value* FindKnown(const Scope& scope, Keyword keyword) const;
  absl::Status Fault(const Scope& scope, Keyword keyword, std::string message) const {
    return store_.Fault(scope.subschema, KeywordName(keyword), std::move(message));
  }
  static void Emit(Scope& scope, Op op, Keyword keyword, size_t operand) {
    scope.code.push_back(
        {.op = op, .keyword = keyword, .operand = static_cast<std::uint32_t>(operand)}
    );
  }

  SchemaStore& store_;
  CompiledSchema::Program& program_;
  absl::flat_hash_map<SubschemaIndex, BlockIndex> blocks_;
  std::vector<SubschemaIndex> queue_;  // by block
  BlockIndex compiled_ = 0;
  StringMap<const Pattern*> patterns_;
  size_t pattern_bytes_ = 0;
  StringMap<std::uint32_t> dynamic_anchors_;  // by name, in program_.dynamic_anchors
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COMPILE_COMPILER_H_
