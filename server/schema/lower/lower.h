// Lowering: any JSON Schema as the subset that a provider takes, and the provider's answer back.
//
//   const Lowered lowered = Lower(compiled->root(), *FindSubset("openai_strict"));
//   if (!lowered.obstacle) Send(lowered.json);
//   json::Document answer = lowered.CarryBack(reply);
//
// What the subset can't say is either carried in another form (an optional property as a nullable
// one, a map as a list of {key, value}, any value as JSON text) or left out and named. The caller's
// schema still validates what comes back. Immutable and thread-safe.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_LOWER_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_LOWER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/json/value.h"
#include "server/schema/lower/form.h"
#include "server/schema/lower/read/reader.h"
#include "server/schema/lower/shape.h"
#include "server/schema/lower/subset.h"

namespace extractd::schema::lower {

class Lowered {
 public:
  std::string json = {};  // compact, properties in the caller's order
  // Every constraint that the lowered schema does not hold, and what was narrowed by name.
  std::vector<Loss> downgrades = {};
  // What the lowered schema leaves out though the caller's allows it tacitly: members that it does
  // not declare, null beside absent.
  std::vector<Loss> narrowings = {};
  // Why the subset can't take the schema; there is nothing else then.
  std::optional<Obstacle> obstacle = {};

  // Every answer is an object, whatever the caller's schema says.
  bool object_root() const;
  // Answers differ from what the caller's schema says; else carrying is copying.
  bool carries() const;
  // An answer to the lowered schema, as the caller's schema has it. Never fails: what does not fit
  // stays as it is.
  json::Document CarryBack(const json::Value& answer) const;
  // How answers differ, for those that read them in parts; null where carries() is false.
  const Forms* forms() const { return carries() ? forms_.get() : nullptr; }
  // A valid value as an answer to the lowered schema, for examples.
  json::Document CarryForward(const json::Value& value) const;

  size_t memory_bytes() const;

 private:
  friend Lowered Lower(const json::Value& root, const Subset& subset, Fidelity fidelity);
  std::shared_ptr<const Forms> forms_ = {};
};

// `root`, which must outlive the result, is the root of a schema that compiles.
Lowered Lower(
    const json::Value& root, const Subset& subset, Fidelity fidelity = Fidelity::kPractical
);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_LOWER_H_
