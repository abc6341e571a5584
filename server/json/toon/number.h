// Numbers in the one form that TOON prescribes.
#ifndef EXTRACTD_SERVER_JSON_TOON_NUMBER_H_
#define EXTRACTD_SERVER_JSON_TOON_NUMBER_H_

#include <string>
#include <string_view>

namespace extractd::json::toon {

// Appends `number`, which has the grammar of JSON, with the same value: as plain decimal digits
// from 1e-6 to below 1e21, else with one digit before the point and an exponent. No digit is lost.
void AppendCanonicalNumber(std::string_view number, std::string& out);

}  // namespace extractd::json::toon

#endif  // EXTRACTD_SERVER_JSON_TOON_NUMBER_H_
