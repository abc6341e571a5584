#include "server/service/request/read_chat.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/service/extraction/toon_input.h"
#include "server/service/request/media_url.h"

namespace extractd {
namespace {

constexpr size_t kMaxMediaTypeBytes = 128;
constexpr size_t kMaxFilenameBytes = 256;
constexpr size_t kMaxFileIdBytes = 512;

bool IsJson(const std::string& text) {
  return std::holds_alternative<json::Document>(json::ParseView(text));
}

// "type/subtype" of RFC 6838's characters, with parameters behind a semicolon.
bool IsMediaType(std::string_view type) {
  const size_t slash = type.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == type.size()) return false;
  return type.size() <= kMaxMediaTypeBytes &&
         std::ranges::all_of(type, [](char c) { return c > ' ' && c < 0x7f; });
}

// Text that may stand in headers and JSON without harm.
bool IsPlain(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
}

class ChatReader {
 public:
  ChatReader(const v1::ExtractRequest& request, ExtractCall& call, const ChatProblems& problems)
      : request_(request), call_(call), problems_(problems) {}

  void Read() {
    call_.messages.reserve(static_cast<size_t>(request_.messages_size()) + 2);
    if (!request_.system_prompt().empty()) {
      call_.messages.push_back({.role = Role::kSystem, .text = request_.system_prompt()});
    }
    for (int i = 0; i < request_.messages_size(); ++i) {
      ReadMessage(request_.messages(i), fmt::format("messages[{}]", i));
    }
    if (!request_.input().empty()) {
      call_.messages.push_back({.role = Role::kUser, .text = request_.input()});
    }
    if (request_.messages().empty() && request_.input().empty()) {
      Violate("input", "set input or messages");
    }
    if (media_ > kMaxMedia) {
      Violate("messages", fmt::format("have {} media, at most {}", media_, kMaxMedia));
    }
  }

 private:
  void Violate(std::string field, std::string description) {
    problems_.fields.push_back({std::move(field), std::move(description)});
  }

  void ReadMessage(const v1::Message& message, const std::string& path) {
    if (message.parts().empty()) Violate(path + ".parts", "needs at least one part");
    Message read;
    switch (message.role()) {
      case v1::ROLE_SYSTEM:
        read.role = Role::kSystem;
        break;
      case v1::ROLE_ASSISTANT:
        read.role = Role::kAssistant;
        break;
      case v1::ROLE_TOOL:
        return ReadToolResults(message, path);
      default:
        read.role = Role::kUser;
    }
    for (int i = 0; i < message.parts_size(); ++i) {
      ReadPart(message.parts(i), fmt::format("{}.parts[{}]", path, i), read);
    }
    call_.messages.push_back(std::move(read));
  }

  void ReadPart(const v1::Part& part, const std::string& path, Message& message) {
    switch (part.kind_case()) {
      case v1::Part::kText:
        return AppendText(part.text(), message);
      case v1::Part::kJson:
        return ReadJson(part.json(), path + ".json", message);
      case v1::Part::kImage:
        return ReadMedia(part.image(), MediaKind::kImage, path + ".image", message);
      case v1::Part::kAudio:
        return ReadMedia(part.audio(), MediaKind::kAudio, path + ".audio", message);
      case v1::Part::kDocument:
        return ReadMedia(part.document(), MediaKind::kDocument, path + ".document", message);
      case v1::Part::kToolCall:
        return ReadToolCall(part.tool_call(), path + ".tool_call", message);
      case v1::Part::kToolResult:
        return Violate(path + ".tool_result", "belongs into messages of ROLE_TOOL");
      case v1::Part::kThinking:
        return ReadThinking(part.thinking(), path + ".thinking", message);
      case v1::Part::KIND_NOT_SET:
        return Violate(path, "sets no kind");
    }
  }

  void ReadJson(const std::string& json, const std::string& path, Message& message) {
    if (!IsJson(json)) return Violate(path, "is not JSON");
    if (call_.input_encoding == TextEncoding::kToon) {
      if (const auto toon = ShorterAsToon(json)) {
        call_.input_saved_tokens += toon->saved_tokens;
        return AppendText(toon->text, message);
      }
    }
    AppendText(json, message);
  }

  static void AppendText(const std::string& text, Message& message) {
    if (!message.text.empty()) message.text += '\n';
    message.text += text;
  }

  void ReadToolResults(const v1::Message& message, const std::string& path) {
    for (int i = 0; i < message.parts_size(); ++i) {
      const v1::Part& part = message.parts(i);
      if (!part.has_tool_result()) {
        Violate(fmt::format("{}.parts[{}]", path, i), "ROLE_TOOL takes only tool_result");
        continue;
      }
      call_.messages.push_back({
          .role = Role::kTool,
          .text = part.tool_result().text(),
          .tool_call_id = part.tool_result().tool_call_id(),
          .tool_failed = part.tool_result().is_error(),
      });
    }
  }

  void ReadToolCall(const v1::ToolCall& call, const std::string& path, Message& message) {
    if (message.role != Role::kAssistant) Violate(path, "belongs into messages of ROLE_ASSISTANT");
    message.tool_calls.push_back(
        {.id = call.id(), .name = call.name(), .arguments = call.arguments_json()}
    );
  }

  // Providers give their opaque data as text, and want it back as text.
  void ReadThinking(const v1::Thinking& thinking, const std::string& path, Message& message) {
    if (message.role != Role::kAssistant) Violate(path, "belongs into messages of ROLE_ASSISTANT");
    if (!IsValidUtf8(thinking.opaque())) {
      return Violate(path + ".opaque", "is not what a provider gave");
    }
    message.thinking.push_back({.text = thinking.text(), .opaque = thinking.opaque()});
  }

  void ReadMedia(
      const v1::Media& media, MediaKind kind, const std::string& path, Message& message
  ) {
    ++media_;
    if (message.role != Role::kUser) Violate(path, "belongs into messages of ROLE_USER");
    Media read = {
        .kind = kind,
        .media_type = media.media_type(),
        .filename = media.filename(),
        .text_offset = message.text.size(),
    };
    if (!read.media_type.empty() && !IsMediaType(read.media_type)) {
      Violate(path + ".media_type", "is not a media type such as image/png");
    }
    if (read.filename.size() > kMaxFilenameBytes || !IsPlain(read.filename)) {
      Violate(path + ".filename", "use at most 256 bytes without control characters");
    }
    ReadSource(media, path, read);
    message.media.push_back(std::move(read));
  }

  void ReadSource(const v1::Media& media, const std::string& path, Media& read) {
    switch (media.source_case()) {
      case v1::Media::kData:
        if (media.data().empty()) Violate(path + ".data", "is empty");
        if (media.media_type().empty()) Violate(path + ".media_type", "is required with data");
        read.content = media.data();
        return;
      case v1::Media::kUrl:
        read.source = MediaSource::kUrl;
        if (const std::string problem = ProblemOfMediaUrl(media.url()); !problem.empty()) {
          problems_.urls.push_back({path + ".url", problem});
        }
        read.content = media.url();
        return;
      case v1::Media::kProviderFileId:
        read.source = MediaSource::kFileId;
        if (media.provider_file_id().empty() || !IsPlain(media.provider_file_id()) ||
            media.provider_file_id().size() > kMaxFileIdBytes) {
          Violate(path + ".provider_file_id", "use 1 to 512 bytes without control characters");
        }
        read.content = media.provider_file_id();
        return;
      case v1::Media::SOURCE_NOT_SET:
        Violate(path, "set data, url or provider_file_id");
    }
  }

  const v1::ExtractRequest& request_;
  ExtractCall& call_;
  ChatProblems problems_;
  size_t media_ = 0;
};

}  // namespace

void ReadChat(const v1::ExtractRequest& request, ExtractCall& call, const ChatProblems& problems) {
  ChatReader(request, call, problems).Read();
}

}  // namespace extractd
