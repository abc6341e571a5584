// PartialSchema: what a schema says of the parts of a value while the value is still coming.
//
// A part is judged by the schema that surely applies to it: the one that properties, items, $ref
// and allOf lead to, and a union where only one branch allows the part's type. Where that is open,
// nothing is known, and only the end tells; as in all of a schema with dynamic references, which
// mean what they mean only from the root on. Made for one answer; used by one thread.
#ifndef EXTRACTD_SERVER_SCHEMA_PARTIAL_PARTIAL_SCHEMA_H_
#define EXTRACTD_SERVER_SCHEMA_PARTIAL_PARTIAL_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "server/json/repair.h"
#include "server/json/value.h"
#include "server/schema/coerce/coerce.h"
#include "server/schema/coerce/form.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/issue.h"

namespace extractd::schema {

class PartialSchema {
 public:
  struct Options {
    bool coerces = true;  // what breaks the schema may be brought to its form
    bool lossy = false;   // also where that loses something
    bool assert_formats = true;
  };
  // `schema` outlives this.
  PartialSchema(const CompiledSchema& schema, const Options& options)
      : program_(schema.program()), options_(options), forms_(program_) {}

  // The schema of a part; kNoBlock: it is open.
  BlockIndex root() const { return program_.dynamic ? kNoBlock : program_.root; }
  BlockIndex Member(BlockIndex object, std::string_view name);
  BlockIndex Element(BlockIndex array, size_t index);
  // The object has no member of that name by its schema.
  bool Forbids(BlockIndex object, std::string_view name);

  // How a part of that type may be shown before its end.
  enum class Showing : std::uint8_t {
    kGrows,  // by what it contains
    kWhole,  // at its end: a part of it is not valid, or its x-stream is "atomic"
    kNever,  // its type is wrong, so that it will become something else, or nothing
  };
  Showing ShowingOf(BlockIndex block, json::Type type);
  // So many characters a text has before it is shown.
  size_t LeastTextOf(BlockIndex block);

  // What a part that has ended is worth.
  struct Judged {
    enum class Worth : std::uint8_t {
      kValid,
      kCoerced,   // `coerced` is what it becomes
      kHopeless,  // it is wrong, and so is every value that it is a part of
    };
    Worth worth = Worth::kValid;
    std::optional<json::Document> coerced = {};
    std::vector<json::Repair> repairs = {};  // that made it so; paths relative to the part
  };
  Judged Judge(BlockIndex block, const json::Value& value);
  // What is wrong with a hopeless part that stands at `path`.
  IssueList IssuesOf(BlockIndex block, const json::Value& value, std::string_view path) const;

 private:
  // The schema that a value of that type obeys: of a union the only branch that allows it.
  BlockIndex Narrow(BlockIndex block, json::Type type);
  bool IsValid(BlockIndex block, const json::Value& value) const;

  const CompiledSchema::Program& program_;
  Options options_;
  Forms forms_;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PARTIAL_PARTIAL_SCHEMA_H_
