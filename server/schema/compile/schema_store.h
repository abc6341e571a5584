// SchemaStore: the documents that one compilation looks at, their subschemas, and the names that
// $id, $anchor and $dynamicAnchor give them. Used by one thread, for one compilation.
#ifndef EXTRACTD_SERVER_SCHEMA_COMPILE_SCHEMA_STORE_H_
#define EXTRACTD_SERVER_SCHEMA_COMPILE_SCHEMA_STORE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/base/strings.h"
#include "server/json/value.h"
#include "server/schema/program/keyword.h"

namespace extractd::schema {

using SubschemaIndex = std::uint32_t;
inline constexpr std::uint32_t kNone = UINT32_MAX;

// The document at an absolute URI (without fragment); null if there is none. Nothing is fetched.
using DocumentSource =
    std::function<std::shared_ptr<const json::Document>(std::string_view absolute_uri)>;

struct Subschema {
  const json::Value* value = nullptr;
  SubschemaIndex parent = kNone;  // kNone: the root of its document
  std::string_view step = {};     // JSON Pointer tokens from the parent, escaped, without first '/'
  std::string_view name = {};     // a further token, not escaped
  std::uint32_t element = kNone;  // or a further index
  std::uint32_t resource = 0;
};

// What has a URI of its own: a document, or a part of one with an $id.
struct Resource {
  std::string uri = {};
  SubschemaIndex root = 0;
  std::uint32_t document = 0;  // 0: the caller's
  Dialect dialect = {};
  StringMap<SubschemaIndex> anchors = {};
  StringMap<SubschemaIndex> dynamic_anchors = {};
};

class SchemaStore {
 public:
  // `text`: the caller's, for errors; outlives the store.
  SchemaStore(std::string_view text, DocumentSource source, size_t max_subschemas)
      : text_(text), source_(std::move(source)), max_subschemas_(max_subschemas) {}

  // Indexes the caller's document. REQUIRES: first of all calls; `root` outlives the store.
  absl::Status AddRoot(const json::Value& root, const std::string& base_uri);

  // What `reference` names, seen from `from`. Loads and indexes what it needs.
  // kInvalidSchema: it names nothing, or no schema.
  absl::StatusOr<SubschemaIndex> Resolve(
      SubschemaIndex from, Keyword keyword, std::string_view reference
  );

  const Subschema& subschema(SubschemaIndex index) const { return subschemas_[index]; }
  size_t subschemas() const { return subschemas_.size(); }
  const Resource& resource(std::uint32_t index) const { return resources_[index]; }
  size_t resources() const { return resources_.size(); }
  const Resource& ResourceOf(SubschemaIndex index) const {
    return resources_[subschemas_[index].resource];
  }
  // The subschema that `value` is; kNone if it is not known as one.
  SubschemaIndex Find(const json::Value& value) const;

  std::string PointerOf(SubschemaIndex index) const;
  // True: it is part of the caller's document.
  bool IsOwn(SubschemaIndex index) const { return ResourceOf(index).document == 0; }
  absl::Status Fault(SubschemaIndex index, std::string_view keyword, std::string message) const;

  // Documents from the source, which the compiled program must keep alive.
  std::vector<std::shared_ptr<const json::Document>> TakeDocuments() {
    return std::move(documents_);
  }

 private:
  struct Step {
    SubschemaIndex parent = kNone;
    std::string_view step = {};
    std::string_view name = {};
    std::uint32_t element = kNone;
  };

  absl::Status Index(const json::Value& value, const Step& step, std::uint32_t resource);
  absl::Status IndexChildren(SubschemaIndex index);
  absl::Status IndexKeyword(SubschemaIndex index, const KeywordRow& row, const json::Value& value);
  absl::Status IndexMap(SubschemaIndex index, const KeywordRow& row, const json::Value& map);
  absl::Status IndexList(SubschemaIndex index, const KeywordRow& row, const json::Value& list);
  // Names: what $id and the anchors of a subschema say.
  absl::Status TakeNames(SubschemaIndex index);
  absl::Status TakeId(SubschemaIndex index);
  // The $id, resolved, where it counts.
  absl::StatusOr<std::optional<std::string>> ReadId(SubschemaIndex index) const;
  absl::Status NameRoot(SubschemaIndex root, std::string uri);
  // A $schema that is not at the root of a resource changes nothing.
  absl::Status CheckInnerDialect(SubschemaIndex index) const;
  absl::Status TakeAnchor(SubschemaIndex index, Keyword keyword);
  absl::Status AddAnchor(SubschemaIndex index, Keyword keyword, std::string_view anchor);
  absl::Status AddResource(SubschemaIndex root, std::string uri, std::uint32_t document);

  absl::StatusOr<Dialect> DialectOf(SubschemaIndex root, const Dialect& inherited);
  absl::StatusOr<Dialect> CustomDialect(SubschemaIndex root, const std::string& uri, int depth);
  absl::Status TakeVocabularies(
      SubschemaIndex root, const json::Value& meta_schema, Dialect& dialect
  ) const;
  std::shared_ptr<const json::Document> Load(const std::string& uri);

  absl::StatusOr<std::uint32_t> FindResource(
      const std::string& uri, SubschemaIndex from, Keyword keyword, std::string_view reference
  );
  absl::StatusOr<SubschemaIndex> FollowPointer(
      std::uint32_t resource, std::string_view pointer, SubschemaIndex from, Keyword keyword
  );

  std::string_view text_;
  DocumentSource source_;
  size_t max_subschemas_;
  std::uint32_t document_count_ = 0;
  std::vector<Subschema> subschemas_;
  std::deque<Resource> resources_;
  absl::flat_hash_map<const json::Value*, SubschemaIndex> by_value_;
  StringMap<std::uint32_t> by_uri_;
  std::deque<std::string> steps_;  // what `step` may point to
  std::vector<std::shared_ptr<const json::Document>> documents_;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COMPILE_SCHEMA_STORE_H_
