// Repairs as text, one a line, so that a test can state them: `quote /a: 'x' -> "x"`.
#ifndef EXTRACTD_TESTS_UNIT_JSON_DESCRIBE_REPAIRS_H_
#define EXTRACTD_TESTS_UNIT_JSON_DESCRIBE_REPAIRS_H_

#include <string>
#include <vector>

#include "server/json/repair.h"

namespace extractd::json {

inline std::string DescribeRepairs(const std::vector<Repair>& repairs) {
  std::string text;
  for (const Repair& repair : repairs) {
    if (!text.empty()) text += '\n';
    text += repair.kind + " " + repair.path + ": " + repair.before + " -> " + repair.after;
    if (!repair.lossless) text += " (lossy)";
  }
  return text;
}

}  // namespace extractd::json

#endif  // EXTRACTD_TESTS_UNIT_JSON_DESCRIBE_REPAIRS_H_
