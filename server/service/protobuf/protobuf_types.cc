#include "server/service/protobuf/protobuf_types.h"

namespace extractd {

bool ProtobufTypes::Postpones(size_t bytes) const {
  return pool_ != nullptr && bytes > schema::SchemaCache::kInlineBytes &&
         !pool_->get_executor().running_in_this_thread();
}

std::shared_ptr<const ProtobufType> ProtobufTypes::Get(
    const v1::ProtobufSchema& schema,
    const std::string& path,
    std::vector<FieldViolation>& violations
) const {
  if (auto known = Find(ProtobufType::SourceOf(schema))) return known;
  if (Postpones(schema.file_descriptor_set().size())) return nullptr;
  auto made = ProtobufType::Make(schema, path, MaxBytes(), violations);
  if (made != nullptr && cache_ != nullptr) cache_->Keep(made);
  return made;
}

std::shared_ptr<const ProtobufType> ProtobufTypes::FromSource(std::string_view source) const {
  if (auto known = Find(source)) return known;
  std::vector<FieldViolation> violations;
  return Get(ProtobufType::FromSource(source), "", violations);
}

std::shared_ptr<const ProtobufType> ProtobufTypes::Find(std::string_view source) const {
  if (cache_ == nullptr) return nullptr;
  return std::dynamic_pointer_cast<const ProtobufType>(cache_->FindKept(source));
}

size_t ProtobufTypes::MaxBytes() const {
  return cache_ == nullptr ? schema::CompileLimits{}.max_bytes : cache_->limits().max_bytes;
}

}  // namespace extractd
