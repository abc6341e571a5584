// A mode is a way of asking for JSON: how the schema is put to the model, where the answer sits in
// its reply, and how a wrong answer is sent back. Handlers are stateless constants, so one instance
// serves every call; no handler knows a provider.
#ifndef EXTRACTD_SERVER_MODES_MODE_HANDLER_H_
#define EXTRACTD_SERVER_MODES_MODE_HANDLER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/schema/issue.h"

namespace extractd {

// Names of the modes that the API knows; the registry says which of them are served by whom.
namespace mode_names {
inline constexpr std::string_view kTools = "TOOLS";
inline constexpr std::string_view kJson = "JSON";
inline constexpr std::string_view kJsonSchema = "JSON_SCHEMA";
inline constexpr std::string_view kMdJson = "MD_JSON";
inline constexpr std::string_view kParallelTools = "PARALLEL_TOOLS";
inline constexpr std::string_view kReasoningTools = "REASONING_TOOLS";
inline constexpr std::string_view kResponsesTools = "RESPONSES_TOOLS";
}  // namespace mode_names

// How a provider's models want to be asked, beyond what the mode does everywhere.
struct AskStyle {
  // The model never sees a schema that only constrains its decoding: describe it in words, too.
  bool describe_schema = false;
  // Instructions follow the text instead of standing in a system message.
  bool instruct_last = false;
  // Show one solved example of another schema first; very small models need it.
  bool worked_example = false;
  // The schema in the short notation of schema/outline.h.
  std::string_view outline = {};
  // Ask for TOON instead of JSON. REQUIRES: the mode's traits have free_text.
  bool toon = false;
};

// What a mode asks of the provider's API and of the schema.
struct ModeTraits {
  std::string_view name;
  std::string_view description;    // one sentence, for people
  bool provider_enforces = false;  // the provider can be asked to decode under the schema
  bool works_unenforced = false;   // and asking is of use where it does not
  bool free_text = false;          // the answer is text that may hold any form
  bool object_root_only = false;   // the API takes only schemas whose root is an object
  // The protocol that it is a mode of; empty: of any that the provider speaks.
  std::string_view dialect = {};
  bool several_tools = false;  // takes several schemas, and every call of a reply counts
};

class ModeHandler {
 public:
  virtual const ModeTraits& traits() const = 0;

  // Adds the schema and its instructions to `request`. Called once per call, before the first turn.
  virtual void Ask(const SchemaText& schema, const AskStyle& style, ChatRequest& request) const = 0;

  // The same with several schemas, at least one. REQUIRES: the mode's traits have several_tools.
  virtual void AskTools(
      std::span<const SchemaText> tools, const AskStyle& style, ChatRequest& request
  ) const {
    Ask(tools.front(), style, request);
  }

  // The text of the answer inside `reply`, which it points into; unparsed, possibly malformed.
  // NotFound: the reply holds no candidate; the message says what is missing, to the model.
  virtual absl::StatusOr<std::string_view> Find(const ChatReply& reply) const = 0;

  // Appends the failed `reply` and one correction to `request`, which is the one that Ask made.
  // With several_tools the paths of `issues` begin with the index of their call in the reply, the
  // calls without any are told that they were accepted, and the next reply holds the others alone.
  virtual void Reask(const ChatReply& reply, const schema::IssueList& issues, ChatRequest& request)
      const = 0;

 protected:
  ~ModeHandler() = default;  // never owned through this type: handlers are constants
};

// The modes that are written here, by name, then those that were added.
std::span<const ModeHandler* const> AllModes();
// Null: there is no such mode here.
const ModeHandler* FindModeHandler(std::string_view name);
// Adds a mode of a plug-in, which lives as long as the process. REQUIRES: nothing is served yet,
// and no mode has its name.
void AddMode(const ModeHandler& mode);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_MODES_MODE_HANDLER_H_
