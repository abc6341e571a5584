#include "server/providers/dialects/gemini/citations.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/json/decimal.h"
#include "server/json/read.h"

namespace extractd::providers::gemini {
namespace {

struct Source {
  std::string_view url;
  std::string_view title;
  bool quoted = false;
};

// A chunk has one member, whose name says where it is from: web, retrievedContext, maps.
Source SourceOf(const json::Value& chunk) {
  for (const json::Value& kind : chunk) {
    if (!kind.is_object()) continue;
    return {.url = json::StringMember(kind, "uri"), .title = json::StringMember(kind, "title")};
  }
  return {};
}

std::vector<Source> SourcesOf(const json::Value& metadata) {
  std::vector<Source> sources;
  if (const json::Value* chunks = metadata.Find("groundingChunks")) {
    for (const json::Value& chunk : *chunks) sources.push_back(SourceOf(chunk));
  }
  return sources;
}

Citation CitationOf(const Source& source, std::string_view quote) {
  return {
      .text = std::string(quote),
      .url = std::string(source.url),
      .title = std::string(source.title),
  };
}

}  // namespace

void CitationReader::Read(const json::Value& candidate, std::vector<Citation>& citations) {
  if (const json::Value* metadata = candidate.Find("groundingMetadata")) {
    ReadGrounding(*metadata, citations);
  }
  const json::Value* metadata = candidate.Find("citationMetadata");
  if (metadata == nullptr) return;
  // One name in the Gemini API, the other on Vertex AI.
  for (const auto* name : {"citationSources", "citations"}) {
    const json::Value* sources = metadata->Find(name);
    if (sources == nullptr) continue;
    for (const json::Value& source : *sources) {
      const Source read = {
          .url = json::StringMember(source, "uri"), .title = json::StringMember(source, "title")
      };
      Keep(CitationOf(read, ""), citations);
    }
  }
}

void CitationReader::ReadGrounding(const json::Value& metadata, std::vector<Citation>& citations) {
  std::vector<Source> sources = SourcesOf(metadata);
  if (const json::Value* supports = metadata.Find("groundingSupports")) {
    for (const json::Value& support : *supports) {
      const json::Value* segment = support.Find("segment");
      const json::Value* indices = support.Find("groundingChunkIndices");
      if (segment == nullptr || indices == nullptr) continue;
      const std::string_view quote = json::StringMember(*segment, "text");
      for (const json::Value& index : *indices) {
        if (!index.is_number()) continue;
        const std::int64_t place = json::ToInt64(index.number()).value_or(-1);
        if (place < 0 || static_cast<size_t>(place) >= sources.size()) continue;
        Source& source = sources[static_cast<size_t>(place)];
        source.quoted = true;
        Keep(CitationOf(source, quote), citations);
      }
    }
  }
  for (const Source& source : sources) {
    if (!source.quoted) Keep(CitationOf(source, ""), citations);
  }
}

void CitationReader::Keep(Citation citation, std::vector<Citation>& citations) {
  const size_t bytes = citation.text.size() + citation.url.size() + citation.title.size();
  if (bytes == 0 || citations.size() >= kMaxCitations || bytes > kMaxBytes - bytes_) return;
  bytes_ += bytes;
  citations.push_back(std::move(citation));
}

}  // namespace extractd::providers::gemini
