#include "server/providers/dialects/gemini/citations.h"

#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "server/json/parse.h"

namespace extractd::providers::gemini {
namespace {

std::vector<Citation> Read(std::string_view candidate) {
  const json::ParseResult parsed = json::ParseView(candidate);
  std::vector<Citation> citations;
  CitationReader().Read(std::get<json::Document>(parsed).root(), citations);
  return citations;
}

std::string Text(const std::vector<Citation>& citations) {
  std::string text;
  for (const Citation& citation : citations) {
    text += citation.text + "|" + citation.url + "|" + citation.title + "\n";
  }
  return text;
}

TEST(GeminiCitationsTest, AQuoteWithEachOfItsSourcesThenTheOthers) {
  EXPECT_EQ(
      Text(Read(
          R"({"groundingMetadata":{"webSearchQueries":["q"],"groundingChunks":[)"
          R"({"web":{"uri":"https://a.example","title":"A"}},)"
          R"({"retrievedContext":{"uri":"https://b.example","title":"B","text":"…"}},)"
          R"({"web":{"uri":"https://c.example"}}],)"
          R"("groundingSupports":[{"segment":{"text":"It rains."},"groundingChunkIndices":[0,1]},)"
          R"({"segment":{"text":"It pours."},"groundingChunkIndices":[1]}]}})"
      )),
      "It rains.|https://a.example|A\n"
      "It rains.|https://b.example|B\n"
      "It pours.|https://b.example|B\n"
      "|https://c.example|\n"
  );
}

TEST(GeminiCitationsTest, WhatTheModelRepeats) {
  EXPECT_EQ(
      Text(Read(
          R"({"citationMetadata":{"citationSources":[{"startIndex":1,"uri":"https://a.example"}]}})"
      )),
      "|https://a.example|\n"
  );
  EXPECT_EQ(
      Text(Read(R"({"citationMetadata":{"citations":[{"uri":"https://a.example","title":"A"}]}})")),
      "|https://a.example|A\n"
  );
}

TEST(GeminiCitationsTest, WhatMakesNoSenseIsLeftOut) {
  for (const auto* metadata : {
           "null",
           "7",
           "{}",
           R"({"groundingChunks":7,"groundingSupports":7})",
           R"({"groundingChunks":[7,{},{"web":7},{"web":{}}]})",
           R"({"groundingSupports":[{"segment":{"text":"x"},"groundingChunkIndices":[0,-1,9e9,"0"]}]})",
       }) {
    const std::string candidate = std::string(R"({"groundingMetadata":)")
                                      .append(metadata)
                                      .append(R"(,"citationMetadata":7})");
    EXPECT_TRUE(Read(candidate).empty()) << metadata;
  }
}

TEST(GeminiCitationsTest, ManyQuotesOfOneLongSourceStayWithinTheBound) {
  const std::string title(1000, 't');
  std::string indices = "0";
  for (int i = 0; i < 100'000; ++i) indices += ",0";
  const std::vector<Citation> citations = Read(
      R"({"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":")" + title +
      R"("}}],"groundingSupports":[{"segment":{"text":"x"},"groundingChunkIndices":[)" + indices +
      "]}]}}"
  );
  EXPECT_EQ(citations.size(), CitationReader::kMaxCitations);
  const std::string huge(CitationReader::kMaxBytes, 't');
  EXPECT_TRUE(Read(
                  R"({"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":")" + huge +
                  R"("}}]}})"
  )
                  .empty());
}

}  // namespace
}  // namespace extractd::providers::gemini
