// ProtobufType: a message type of the caller's as a schema, and answers as messages of it.
#ifndef EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPE_H_
#define EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <google/protobuf/any.pb.h>

#include "extractd/v1/schema.pb.h"
#include "server/base/error.h"
#include "server/schema/kept_form.h"

namespace extractd {

// Immutable; shared by threads.
class ProtobufType final : public schema::KeptForm {
 public:
  // Null: `violations` says why; `path` is that of the message. Descriptors, and the schema that is
  // made of them, may have `max_bytes` each.
  static std::shared_ptr<const ProtobufType> Make(
      const v1::ProtobufSchema& schema,
      const std::string& path,
      size_t max_bytes,
      std::vector<FieldViolation>& violations
  );
  ~ProtobufType() override;
  ProtobufType(const ProtobufType&) = delete;
  ProtobufType& operator=(const ProtobufType&) = delete;

  // What the JSON of a message looks like; see message_schema.h.
  const std::string& json_schema() const;

  // The message that `json`, which is valid under json_schema(), is. InvalidArgument: it has none,
  // as the mapping has rules that a schema cannot say, e.g. the range of a Duration.
  absl::StatusOr<google::protobuf::Any> ToAny(const std::string& json) const;

  // All that a type is made of, as one text, and back.
  static std::string SourceOf(const v1::ProtobufSchema& schema);
  static v1::ProtobufSchema FromSource(std::string_view source);

  std::string_view source() const override;
  size_t memory_bytes() const override;

 private:
  struct State;
  explicit ProtobufType(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPE_H_
