// A guess at what a text costs a model.
#ifndef EXTRACTD_SERVER_BASE_TOKENS_H_
#define EXTRACTD_SERVER_BASE_TOKENS_H_

#include <cstdint>
#include <string_view>

namespace extractd {

// About how many tokens `text` is. An estimate by a rule of thumb, for saying what something saves:
// tokenizers join letters to words and white space to what follows, cut long words and numbers, and
// take runs of signs as one. Off by some ten per cent for English prose and JSON, by more
// for other scripts. Linear.
std::int64_t EstimateTokens(std::string_view text);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_TOKENS_H_
