// The descriptors of a message type, from the bytes of a FileDescriptorSet that nobody vouches for.
#ifndef EXTRACTD_SERVER_SERVICE_PROTOBUF_DESCRIPTOR_FILES_H_
#define EXTRACTD_SERVER_SERVICE_PROTOBUF_DESCRIPTOR_FILES_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <google/protobuf/descriptor.h>

namespace extractd {

// A message nests in so many others, and a file imports so many, at most; the parts of a full name
// and its bytes are bounded, too, since looking a name up costs their product.
inline constexpr size_t kMaxDescriptorFiles = 1000;
inline constexpr size_t kMaxNameParts = 32;
inline constexpr size_t kMaxFullNameBytes = 256;

struct BuiltMessage {
  std::unique_ptr<google::protobuf::DescriptorPool> pool = {};
  const google::protobuf::Descriptor* message = nullptr;  // lives as long as the pool
  size_t memory_bytes = 0;                                // of the pool; an estimate from above
};

// What is wrong, and with which field of ProtobufSchema.
struct DescriptorProblem {
  std::string_view field = {};
  std::string text = {};
};

// Builds the files that `message_type` needs, and no others, in the order of their imports.
// Services, extensions and options that do not change a message's bytes are left out, so that
// nothing in them is looked at. Time and memory are linear in the bytes, of which there may be
// `max_bytes`.
std::variant<BuiltMessage, DescriptorProblem> BuildMessage(
    std::string_view file_descriptor_set, const std::string& message_type, size_t max_bytes
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_PROTOBUF_DESCRIPTOR_FILES_H_
