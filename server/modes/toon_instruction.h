// How a model is asked for TOON: few have seen enough of it to write it without being shown.
#ifndef EXTRACTD_SERVER_MODES_TOON_INSTRUCTION_H_
#define EXTRACTD_SERVER_MODES_TOON_INSTRUCTION_H_

#include <string>
#include <string_view>

namespace extractd {

// The rules that matter, an example, and the schema as JSON Schema.
std::string ToonInstruction(std::string_view json_schema);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_MODES_TOON_INSTRUCTION_H_
