// Dates and times as people write them, brought to the form of RFC 3339.
#ifndef EXTRACTD_SERVER_SCHEMA_COERCE_DATE_TEXT_H_
#define EXTRACTD_SERVER_SCHEMA_COERCE_DATE_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

#include "server/schema/format/format.h"

namespace extractd::schema {

struct TextDate {
  std::string text = {};
  bool lossless = true;  // false where a time of day was dropped
};

// `text` in the form of `format`, if that is sure; only for date and date-time.
//
// - date: 2024/03/05, 20240305, 05.03.2024 (day first), 5 March 2024, March 5th, 2024; 3/25/2024
//   where only one of the two can be the month; the date of a date-time, with a loss unless it is
//   midnight. English and German names of months.
// - date-time: a space for the T, a lower-case t or z, +0100; only with an offset.
std::optional<TextDate> ToDateFormat(Format format, std::string_view text);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COERCE_DATE_TEXT_H_
