// Sources: what a search or a store of documents gave (`groundingMetadata`), and what the model
// repeats from elsewhere (`citationMetadata`).
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_CITATIONS_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_CITATIONS_H_

#include <cstddef>
#include <vector>

#include "server/chat/chat.h"
#include "server/json/value.h"

namespace extractd::providers::gemini {

// One for each reply, as all its citations together are bounded: each of many quotes may name each
// of many sources.
class CitationReader {
 public:
  static constexpr size_t kMaxCitations = 1000;
  static constexpr size_t kMaxBytes = size_t{1} << 20U;

  // Appends those of a candidate: a quote with each of its sources, then the sources of no quote.
  void Read(const json::Value& candidate, std::vector<Citation>& citations);

 private:
  void ReadGrounding(const json::Value& metadata, std::vector<Citation>& citations);
  void Keep(Citation citation, std::vector<Citation>& citations);

  size_t bytes_ = 0;
};

}  // namespace extractd::providers::gemini

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_CITATIONS_H_
