// ProtobufTypes: message types of callers. Each is compiled once, by the first call that names it,
// and kept in the schema cache, counted in its bytes. Thread-safe.
//
// To make a large one takes milliseconds. On a loop it is postponed: who reads the request reads it
// once more on the pool (see RunOnPool).
#ifndef EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPES_H_
#define EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPES_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "extractd/v1/schema.pb.h"
#include "server/base/error.h"
#include "server/base/task.h"
#include "server/schema/schema_cache.h"
#include "server/service/protobuf/protobuf_type.h"

namespace extractd {

class ProtobufTypes {
 public:
  // Without a cache: every type is compiled anew.
  ProtobufTypes() = default;
  // Both outlive this.
  ProtobufTypes(schema::SchemaCache& cache, asio::thread_pool& pool)
      : cache_(&cache), pool_(&pool) {}

  // So many bytes, from which something must be made, are left to the pool: this is no thread of
  // it. Never, without a pool.
  bool Postpones(size_t bytes) const;

  // Null: `violations` says why, with paths below `path`; if it got none, the work is postponed.
  std::shared_ptr<const ProtobufType> Get(
      const v1::ProtobufSchema& schema,
      const std::string& path,
      std::vector<FieldViolation>& violations
  ) const;

  // The type whose source this is (ProtobufType::SourceOf), which could be made once. Null: not any
  // more, or the work is postponed.
  std::shared_ptr<const ProtobufType> FromSource(std::string_view source) const;

 private:
  std::shared_ptr<const ProtobufType> Find(std::string_view source) const;
  size_t MaxBytes() const;

  schema::SchemaCache* cache_ = nullptr;
  asio::thread_pool* pool_ = nullptr;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_PROTOBUF_PROTOBUF_TYPES_H_
