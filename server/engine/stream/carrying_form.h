// Which form carries a value back that is still coming, so that only its type is known.
#ifndef EXTRACTD_SERVER_ENGINE_STREAM_CARRYING_FORM_H_
#define EXTRACTD_SERVER_ENGINE_STREAM_CARRYING_FORM_H_

#include "server/json/value.h"
#include "server/schema/lower/form.h"

namespace extractd {

// The form that values of that type have, behind references and as the only branch of a union, if
// they differ on the wire; else null.
const schema::lower::Form* CarryingForm(const schema::lower::Form* form, json::Type type);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STREAM_CARRYING_FORM_H_
