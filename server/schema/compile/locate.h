// Where in a JSON text a value stands, for errors: values do not remember it.
#ifndef EXTRACTD_SERVER_SCHEMA_COMPILE_LOCATE_H_
#define EXTRACTD_SERVER_SCHEMA_COMPILE_LOCATE_H_

#include <cstddef>
#include <string_view>

namespace extractd::schema {

// The offset of what `pointer` names; a member's is that of its name. What is not there is where
// its nearest ancestor is. REQUIRES: `text` is JSON. Linear in `text`.
size_t Locate(std::string_view text, std::string_view pointer);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COMPILE_LOCATE_H_
