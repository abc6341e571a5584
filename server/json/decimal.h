// Exact arithmetic on JSON numbers as text: no digit is lost, whatever the length or exponent.
#ifndef EXTRACTD_SERVER_JSON_DECIMAL_H_
#define EXTRACTD_SERVER_JSON_DECIMAL_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace extractd::json {

// All take numbers of the JSON grammar. Linear in the digits, never in the exponent.

// Negative, zero or positive as a < b, a == b, a > b in value: "1.0" equals "1e0".
int CompareNumbers(std::string_view a, std::string_view b);

// The value has no fractional part: "1.0" and "1e3" are integers, "1.5" is not.
bool IsInteger(std::string_view number);

// `number` / `divisor` is an integer. With a divisor of more than 18 digits, the time is their
// number times that of `number`'s. REQUIRES: divisor > 0.
bool IsMultipleOf(std::string_view number, std::string_view divisor);

// The value if it is an integer that fits.
std::optional<std::int64_t> ToInt64(std::string_view number);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_DECIMAL_H_
