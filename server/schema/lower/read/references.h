// References: where the references of a schema document lead, without its compiled form.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_READ_REFERENCES_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_READ_REFERENCES_H_

#include <string>
#include <string_view>

#include "server/base/strings.h"
#include "server/json/value.h"

namespace extractd::schema::lower {

class References {
 public:
  struct Target {
    const json::Value* schema = nullptr;  // null: it leads out of the document
    std::string pointer = {};
  };

  // `root` outlives this.
  explicit References(const json::Value& root);

  // What `reference`, the value of a $ref, names: a JSON Pointer into the document, an anchor or an
  // identifier of an embedded schema.
  Target Find(std::string_view reference) const;

 private:
  void Index(const json::Value& value, std::string& pointer);
  Target Follow(const Target& base, std::string_view fragment) const;

  const json::Value& root_;
  StringMap<Target> identifiers_;  // last path segment of $id
  StringMap<Target> anchors_;
};

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_READ_REFERENCES_H_
