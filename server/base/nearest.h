// The nearest of some known names, for "did you mean" in errors.
#ifndef EXTRACTD_SERVER_BASE_NEAREST_H_
#define EXTRACTD_SERVER_BASE_NEAREST_H_

#include <span>
#include <string>
#include <string_view>

namespace extractd {

// The name with the smallest edit distance to `text`, case ignored; the first of equals. Empty if
// none is near enough to be a slip of the hand (more than about a third of the letters differ).
std::string NearestName(std::string_view text, std::span<const std::string> names);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_NEAREST_H_
