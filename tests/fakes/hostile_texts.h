// Texts made to be expensive for those who look for JSON in them.
#ifndef EXTRACTD_TESTS_FAKES_HOSTILE_TEXTS_H_
#define EXTRACTD_TESTS_FAKES_HOSTILE_TEXTS_H_

#include <cstddef>
#include <string>
#include <vector>

namespace extractd::fakes {

// Each of about `size` bytes; of another size, each is the same text, longer or shorter.
std::vector<std::string> HostileTexts(size_t size);

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_HOSTILE_TEXTS_H_
