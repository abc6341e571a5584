// AnswerTypes: the message types that the values of an answer shall come back as.
#ifndef EXTRACTD_SERVER_SERVICE_PROTOBUF_ANSWER_TYPES_H_
#define EXTRACTD_SERVER_SERVICE_PROTOBUF_ANSWER_TYPES_H_

#include <memory>
#include <string_view>
#include <utility>

#include <absl/status/status.h>

#include "server/base/strings.h"
#include "server/engine/call.h"
#include "server/schema/schema_library.h"
#include "server/service/protobuf/protobuf_type.h"
#include "server/service/protobuf/protobuf_types.h"

namespace extractd {

class AnswerTypes {
 public:
  // `tool`: whose values; empty: those of the only schema. A null type is none.
  void Add(std::string_view tool, std::shared_ptr<const ProtobufType> type) {
    if (type != nullptr) types_.insert_or_assign(tool, std::move(type));
  }
  const ProtobufType* Of(std::string_view tool) const {
    const auto found = types_.find(tool);
    return found == types_.end() ? nullptr : found->second.get();
  }
  // Some of them must be made first, which is left to the pool.
  void set_postponed() { postponed_ = true; }
  bool postponed() const { return postponed_; }
  bool empty() const { return types_.empty(); }

 private:
  StringMap<std::shared_ptr<const ProtobufType>> types_;
  bool postponed_ = false;
};

// Says that a request must be read once more, on the pool: types.postponed().
absl::Status PostponedError();
bool IsPostponed(const absl::Status& status);

// A schema of the call that was registered from a message type is pinned to what is registered now,
// and the type added to `types`. Any other is left to the planner.
void FindRegisteredTypes(
    schema::SchemaLibrary& library,
    const ProtobufTypes& known,
    ExtractCall& call,
    AnswerTypes& types
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_PROTOBUF_ANSWER_TYPES_H_
