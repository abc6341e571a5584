// ProtobufType: a message type of the caller's as a schema, and answers as messages of it.
#ifndef EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPE_H_
#define EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPE_H_

#include <memory>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <google/protobuf/any.pb.h>

#include "extractd/v1/schema.pb.h"
#include "server/base/error.h"

namespace extractd {

// Immutable; shared by threads.
class ProtobufType {
 public:
  // Null: `violations` says why; `path` is that of the message.
  static std::shared_ptr<const ProtobufType> Make(
      const v1::ProtobufSchema& schema,
      const std::string& path,
      std::vector<FieldViolation>& violations
  );
  ~ProtobufType();
  ProtobufType(const ProtobufType&) = delete;
  ProtobufType& operator=(const ProtobufType&) = delete;

  // What the JSON of a message looks like; see message_schema.h.
  const std::string& json_schema() const;

  // The message that `json`, which is valid under json_schema(), is. InvalidArgument: it has none,
  // as the mapping has rules that a schema cannot say, e.g. the range of a Duration.
  absl::StatusOr<google::protobuf::Any> ToAny(const std::string& json) const;

 private:
  struct State;
  explicit ProtobufType(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPE_H_
