// Images, sounds and documents as content blocks.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_MEDIA_BLOCK_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_MEDIA_BLOCK_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "server/chat/chat.h"
#include "server/json/text_writer.h"

namespace extractd::providers::bedrock_converse {

// "png", "pdf", "docx": the API's word for a media type; for one that it does not name, the
// subtype.
std::string_view FormatOf(std::string_view media_type);

// The name of the `number`-th document of a request, from 1, made of its file name: the API takes
// letters, digits, single spaces and -()[] in it, and each name only once.
std::string DocumentName(std::string_view filename, size_t number);

// Bytes go in base64; an address is one in S3, the only place that the API fetches from.
void WriteMediaBlock(const Media& media, std::string_view document_name, json::TextWriter& out);

}  // namespace extractd::providers::bedrock_converse

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_MEDIA_BLOCK_H_
