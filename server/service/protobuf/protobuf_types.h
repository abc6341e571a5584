// ProtobufTypes: message types of callers. Each is compiled once, by the first call that names it,
// and kept in the schema cache, counted in its bytes. Thread-safe.
#ifndef EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPES_H_
#define EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPES_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "extractd/v1/schema.pb.h"
#include "server/base/error.h"
#include "server/schema/schema_cache.h"
#include "server/service/protobuf/protobuf_type.h"

namespace extractd {

class ProtobufTypes {
 public:
  // Without a cache: every type is compiled anew.
  ProtobufTypes() = default;
  // `cache` outlives this.
  explicit ProtobufTypes(schema::SchemaCache& cache) : cache_(&cache) {}

  // Null: `violations` says why, with paths below `path`.
  std::shared_ptr<const ProtobufType> Get(
      const v1::ProtobufSchema& schema,
      const std::string& path,
      std::vector<FieldViolation>& violations
  ) const;

  // The type whose source this is (ProtobufType::SourceOf), which could be made once. Null: not any
  // more.
  std::shared_ptr<const ProtobufType> FromSource(std::string_view source) const;

 private:
  std::shared_ptr<const ProtobufType> Find(std::string_view source) const;
  size_t MaxBytes() const;

  schema::SchemaCache* cache_ = nullptr;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPES_H_
