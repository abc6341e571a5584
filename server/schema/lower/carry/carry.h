// Carrying values between the caller's schema and the lowered one.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_CARRY_CARRY_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_CARRY_CARRY_H_

#include "server/json/value.h"
#include "server/schema/lower/form.h"

namespace extractd::schema::lower {

// A value of the lowered schema as the caller's schema has it. Total: what does not fit the forms
// stays as it is, so that validation can say what is wrong with it.
json::Document CarryBack(const Forms& forms, const json::Value& value);

// The same for a part of a value, by its own form.
json::Document CarryBack(const Form& form, const json::Value& value);

// The other way; what the forms have no place for is left out.
json::Document CarryForward(const Forms& forms, const json::Value& value);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_CARRY_CARRY_H_
