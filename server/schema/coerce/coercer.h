// Coercer: walks a value along its schema and makes the tree of what it becomes. Used once.
#ifndef EXTRACTD_SERVER_SCHEMA_COERCE_COERCER_H_
#define EXTRACTD_SERVER_SCHEMA_COERCE_COERCER_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/repair.h"
#include "server/json/value.h"
#include "server/json/write.h"
#include "server/schema/coerce/coerce.h"
#include "server/schema/coerce/form.h"

namespace extractd::schema {

// A value that is being made. Either `same`, or what the other fields say.
struct Node {
  const json::Value* same = nullptr;  // taken over as it is
  json::Type type = json::Type::kNull;
  bool boolean = false;
  std::string text = {};            // of a string or number
  std::vector<Node> children = {};  // of an array or object
  std::string_view name = {};       // as a member
};

// New kinds of repairs; coerce.h explains them.
namespace coercion_kind {
inline constexpr std::string_view kBoolean = "boolean";
inline constexpr std::string_view kChoice = "choice";
inline constexpr std::string_view kDate = "date";
inline constexpr std::string_view kExtraMember = "extra_member";
inline constexpr std::string_view kJsonInText = "json_in_text";
inline constexpr std::string_view kKeyName = "key_name";
inline constexpr std::string_view kNull = "null";
inline constexpr std::string_view kNumber = "number";
inline constexpr std::string_view kRounded = "rounded";
inline constexpr std::string_view kText = "text";
inline constexpr std::string_view kTextList = "text_list";
inline constexpr std::string_view kUnion = "union";
inline constexpr std::string_view kUnwrapped = "unwrapped";
inline constexpr std::string_view kWrapped = "wrapped";
}  // namespace coercion_kind

// A value as repairs show it. Of texts, too.
template <class Shown>
std::string Short(const Shown& shown) {
  return json::ToShortText(shown, json::kMaxRepairTextBytes);
}

class Coercer {
 public:
  // Both outlive this.
  Coercer(const CompiledSchema::Program& program, const CoerceOptions& options)
      : program_(program), options_(options), forms_(program) {}

  std::optional<Coerced> Run(const json::Value& value) { return Run(program_.root, value); }
  // The same under one schema of the program alone; paths are relative to `value`.
  std::optional<Coerced> Run(BlockIndex block, const json::Value& value);

 private:
  using Made = std::optional<Node>;

  // Under schemas that all hold; none: any value.
  Made Coerce(const std::vector<BlockIndex>& blocks, const json::Value& value);
  Made CoerceWithin(const Form& form, const json::Value& value);
  Made CoerceAs(const Form& form, const json::Value& value);
  // The child of the value that is made, `token` in its path.
  Made CoerceChild(
      const std::vector<BlockIndex>& blocks, const json::Value& value, std::string token
  );

  // scalars.cc
  Made CoerceChoice(const Form& form, const json::Value& value);
  Made CoerceNumber(const Form& form, const json::Value& value);
  Made CoerceString(const Form& form, const json::Value& value);
  // From a type that the schema does not allow.
  Made Convert(const Form& form, const json::Value& value);
  Made ConvertScalar(const Form& form, const json::Value& value);
  Made ConvertText(const Form& form, const json::Value& value);
  Made ReadJson(const Form& form, std::string_view text);
  Made SplitText(const Form& form, std::string_view text);
  // The elements of a list may be texts, whichever.
  bool TakesAnyText(const Form& list);

  // containers.cc
  Made CoerceArray(const Form& form, const json::Value& value);
  Made CoerceObject(const Form& form, const json::Value& value);
  Made CoerceStrange(const Form& form, const json::Value& value);
  bool PutMember(
      const Form& form, const json::Value& member, const FormMember* target, Node& object
  );
  const FormMember* FindMember(const Form& form, const json::Value& object, std::string_view name);
  Made WrapInArray(const Form& form, const json::Value& value);
  Made WrapInObject(const Form& form, const json::Value& value);
  Made WrapList(const Form& form, const json::Value& array);
  // An object of the form has one member, a list.
  bool HoldsOneList(const Form& form);
  Made UnwrapMember(const Form& form, const json::Value& object);
  Made UnwrapElement(const Form& form, const json::Value& array);
  bool IsWrapperName(std::string_view name, const Form& form);
  bool IsStranger(const Form& form, const json::Value& value);
  // The schema of an element; empty: any value.
  static std::vector<BlockIndex> ItemBlocks(const Form& form, size_t index);

  // union.cc
  Made CoerceUnion(const Form& form, const json::Value& value);
  void LogUnion(const Form& form, const json::Value& value, size_t taken, size_t fitting);
  bool Holds(BlockIndex block, const Node& node);

  // False: the work is used up.
  bool Spend(size_t steps);
  // Records a change. False if it is one that may not be made.
  bool Log(std::string_view kind, std::string before, std::string after, bool lossless = true);
  unsigned CostSince(size_t mark) const;
  const json::Value& Keep(std::string_view text);

  const CompiledSchema::Program& program_;
  const CoerceOptions& options_;
  Forms forms_;
  std::vector<std::string> path_;
  std::vector<json::Repair> repairs_;
  size_t depth_ = 0;
  size_t steps_left_ = 0;
  unsigned strangers_ = 0;  // members taken over that the schema does not name
  std::deque<json::Value> kept_;
  std::deque<json::Document> documents_;
};

json::Document BuildDocument(const Node& node);

inline Node SameAs(const json::Value& value) {
  return {.same = &value};
}

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COERCE_COERCER_H_
