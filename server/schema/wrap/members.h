// Names of a wrapper's members.
#ifndef EXTRACTD_SERVER_SCHEMA_WRAP_MEMBERS_H_
#define EXTRACTD_SERVER_SCHEMA_WRAP_MEMBERS_H_

#include <string_view>

namespace extractd::schema::wrapper {

inline constexpr std::string_view kValue = "value";
inline constexpr std::string_view kItems = "items";
inline constexpr std::string_view kAbsentReason = "absent_reason";

}  // namespace extractd::schema::wrapper

#endif  // EXTRACTD_SERVER_SCHEMA_WRAP_MEMBERS_H_
