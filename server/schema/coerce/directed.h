// Reads a text with the schema in view: among the values in it, the one that the schema asks for,
// coerced where it must be.
#ifndef EXTRACTD_SERVER_SCHEMA_COERCE_DIRECTED_H_
#define EXTRACTD_SERVER_SCHEMA_COERCE_DIRECTED_H_

#include <optional>
#include <string_view>

#include "server/json/tolerant.h"
#include "server/schema/coerce/coerce.h"
#include "server/schema/compiled_schema.h"

namespace extractd::schema {

class DirectedReader {
 public:
  // `schema` outlives this.
  DirectedReader(const CompiledSchema& schema, const CoerceOptions& options)
      : schema_(schema), options_(options) {}

  // What `value`, which stands in `text` as strict JSON and breaks the schema, becomes; nothing if
  // there is no valid form of it.
  std::optional<Coerced> Fit(const json::Value& value, std::string_view text) const;

  // Reads a text that is not strict JSON. Of the values in it, those that obey the schema come
  // first, then those that do with lossless changes, then with others; the last of the best is
  // taken. Where the schema wants an array, the other values of the text may be its elements. Where
  // none fits and the text has no object, all of the text may be the value: a word, a number, a
  // list of names and values, TOON. Otherwise as json::ParseTolerant.
  json::TolerantResult Read(std::string_view text) const;

 private:
  bool IsValid(const json::Value& value) const;
  std::optional<Coerced> CoerceToValid(const json::Value& value) const;
  bool Choose(json::Answer& answer, std::optional<Coerced>& coerced) const;
  json::TolerantResult ReadWhole(std::string_view text, const json::Answer& answer) const;
  json::TolerantResult TakeDocument(json::Document document, std::vector<json::Repair> repairs)
      const;
  json::TolerantResult ReadPlain(std::string_view text) const;
  json::TolerantResult ReadToon(std::string_view text) const;
  json::TolerantResult ReadLines(std::string_view text) const;

  const CompiledSchema& schema_;
  CoerceOptions options_;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COERCE_DIRECTED_H_
