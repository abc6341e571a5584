// Fitter: whether a value could be one of a form, before or after it was carried. Only as exact as
// telling the branches of a union apart needs.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_CARRY_FIT_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_CARRY_FIT_H_

#include <memory>
#include <string_view>
#include <utility>

#include <absl/container/flat_hash_map.h>

#include "server/json/value.h"
#include "server/schema/lower/form.h"
#include "server/schema/pattern/pattern.h"

namespace extractd::schema::lower {

// For one value and its parts; remembers what it found, so that asking costs no more than the
// number of pairs of values and forms.
class Fitter {
 public:
  explicit Fitter(Side side) : side_(side) {}

  bool Fits(const Form& form, const json::Value& value);
  // The first branch of a union that fits; null if none does.
  const Form* FindBranch(const Form& form, const json::Value& value);

 private:
  bool Check(const Form& form, const json::Value& value);
  bool CheckObject(const Form& form, const json::Value& value);
  bool CheckMember(const FormMember& member, const json::Value& value);
  bool IsNeeded(const FormMember& member) const;
  bool CheckArray(const Form& form, const json::Value& value);
  bool CheckPairs(const Form& form, const json::Value& value);
  bool Obeys(const Form& form, const json::Value& value);
  bool MatchesPattern(const json::Value& pattern, std::string_view text);
  bool CheckEnum(const Form& form, const json::Value& value) const;

  const Side side_;
  absl::flat_hash_map<std::pair<const Form*, const json::Value*>, bool> known_;
  absl::flat_hash_map<const json::Value*, std::unique_ptr<const Pattern>> patterns_;
};

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_CARRY_FIT_H_
