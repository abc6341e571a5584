// Writes values as JSON that is damaged in chosen ways.
#ifndef EXTRACTD_TESTS_CONFORMANCE_DAMAGE_DAMAGED_WRITER_H_
#define EXTRACTD_TESTS_CONFORMANCE_DAMAGE_DAMAGED_WRITER_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/value.h"
#include "tests/conformance/damage/damage.h"
#include "tests/conformance/damage/random.h"

namespace extractd::json {

class DamagedWriter {
 public:
  DamagedWriter(Random& random, std::vector<Damage> damages)
      : random_(random), damages_(std::move(damages)) {}

  std::string Write(const Value& value);

  // Leaves that were added and are no part of the value, but must not disappear either.
  const std::vector<std::string>& added() const { return added_; }
  // What could be done at all was done, in at least one place.
  bool Did(Damage damage) const;

 private:
  bool Strikes(Damage damage);
  std::string NewLeaf();

  void Surround();
  void Put(const Value& value);
  void PutLiteral(std::string_view strict, const std::array<std::string_view, 4>& others);
  void PutNumber(std::string_view number);
  void PutChildren(const Value& value);
  void PutClosing(char bracket);
  void PutComma();
  void PutSpace();
  void PutName(const Value& member);
  void PutKey(std::string_view key);
  void PutColon(const Value& member);
  void PutDuplicate(std::string_view key);
  void PutString(std::string_view text, bool may_spoil = true);
  void PutQuoted(std::string_view text, std::string_view opening, std::string_view closing);
  void PutCharacter(std::string_view c, std::string_view rest, std::string_view closing);
  bool LeavesQuote(std::string_view c, std::string_view rest);
  bool PutDamagedCharacter(std::string_view c, std::string_view rest);

  Random& random_;
  std::vector<Damage> damages_;
  std::vector<Damage> done_;
  std::string out_;
  bool indented_ = false;
  bool unclosed_ = false;
  bool spoil_ = false;       // put a byte into the string that is no UTF-8
  bool plain_next_ = false;  // the next character is not damaged
  size_t depth_ = 0;
  std::vector<std::string> added_;
};

}  // namespace extractd::json

#endif  // EXTRACTD_TESTS_CONFORMANCE_DAMAGE_DAMAGED_WRITER_H_
