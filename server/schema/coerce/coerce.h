// Coercion: brings a value that breaks its schema to the form that the schema asks for, where it is
// sure what was meant. What is not sure is not done: a re-ask is better than a guess.
//
// Start here; then: coercer.h walks the value, form.h says what the schema asks for; choice.h,
// number_text.h, date_text.h and words.h read texts.
#ifndef EXTRACTD_SERVER_SCHEMA_COERCE_COERCE_H_
#define EXTRACTD_SERVER_SCHEMA_COERCE_COERCE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "server/json/repair.h"
#include "server/json/value.h"
#include "server/schema/compiled_schema.h"

namespace extractd::schema {

struct CoerceOptions {
  bool lossy = false;  // also what loses something
  bool assert_formats = true;
};

struct Coerced {
  json::Document document;
  std::vector<json::Repair> repairs = {};  // never empty
};

// Nothing if there is no sure way, or it takes more than kMaxRepairs changes or too much work. The
// result obeys the schema but for what the form does not tell (bounds, patterns …): validate it.
// Bounded: linear in the value, but for unions within unions. Kinds:
//
// - key_name: a member's name without case or punctuation, or its x-alias; lossless
// - number: a text that means one number (number_text.h)
// - rounded: 3.5 where an integer is wanted; half away from zero; lossy
// - text: a number, literal, object or array as text; lossless
// - boolean: a word for yes or no (words.h), 0 or 1
// - null: a word for nothing; an optional member with null is left out; lossless
// - choice: one of the allowed values (choice.h)
// - date: a date in the form of the schema's format (date_text.h)
// - wrapped: a single value becomes an array, or the only member of an object; lossless
// - unwrapped: an array with one element, or an object in a member named after its type, "result"
//   or the like; lossy where other elements or a name that means something were dropped
// - json_in_text: a text holds the array or object; lossless
// - text_list: lines with bullets, or values with commas between them, become an array; lossless
// - extra_member: a member that the schema forbids is dropped; lossy
// - union: several branches fitted; says which was taken and why; changes nothing
std::optional<Coerced> Coerce(
    const CompiledSchema& schema, const json::Value& value, const CoerceOptions& options
);

// The only type that the schema's values have, as far as its form tells.
std::optional<json::Type> OnlyTypeOf(const CompiledSchema& schema);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COERCE_COERCE_H_
