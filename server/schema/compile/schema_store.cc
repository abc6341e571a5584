#include "server/schema/compile/schema_store.h"

#include <utility>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/base/utf8.h"
#include "server/json/pointer.h"
#include "server/json/write.h"
#include "server/schema/compile/invalid_schema.h"
#include "server/schema/compile/uri.h"

namespace extractd::schema {
namespace {

constexpr size_t kMaxShownBytes = 200;

bool IsSchema(const json::Value& value) {
  return value.is_object() || value.is_boolean();
}

}  // namespace

absl::Status SchemaStore::AddRoot(const json::Value& root, const std::string& base_uri) {
  if (!IsSchema(root)) {
    return InvalidSchema(
        {.message = fmt::format("a schema is an object or a boolean, not {}", TypeName(root.type()))
        },
        text_
    );
  }
  resources_.push_back({.uri = base_uri, .dialect = StandardDialect(Draft::k2020_12)});
  by_uri_.emplace(base_uri, 0);
  ++document_count_;
  return Index(root, {}, 0);
}

SubschemaIndex SchemaStore::Find(const json::Value& value) const {
  const auto found = by_value_.find(&value);
  return found == by_value_.end() ? kNone : found->second;
}

std::string SchemaStore::PointerOf(SubschemaIndex index) const {
  const Subschema& subschema = subschemas_[index];
  if (subschema.parent == kNone) return "";
  std::string pointer = PointerOf(subschema.parent);
  pointer.append("/").append(subschema.step);
  if (subschema.element != kNone) {
    json::AppendToken(size_t{subschema.element}, pointer);
  } else if (subschema.name.data() != nullptr) {
    json::AppendToken(subschema.name, pointer);
  }
  return pointer;
}

absl::Status SchemaStore::Fault(SubschemaIndex index, std::string_view keyword, std::string message)
    const {
  return InvalidSchema(
      {.document = IsOwn(index) ? "" : ResourceOf(index).uri,
       .pointer = PointerOf(index),
       .keyword = std::string(keyword),
       .message = std::move(message)},
      text_
  );
}

absl::Status SchemaStore::Index(
    const json::Value& value, const Step& step, std::uint32_t resource
) {
  const auto index = static_cast<SubschemaIndex>(subschemas_.size());
  if (!by_value_.try_emplace(&value, index).second) return absl::OkStatus();
  if (index >= max_subschemas_) {
    return SchemaTooLarge("subschemas", max_subschemas_, size_t{index} + 1);
  }
  subschemas_.push_back(
      {.value = &value,
       .parent = step.parent,
       .step = step.step,
       .name = step.name,
       .element = step.element,
       .resource = resource}
  );
  if (!value.is_object()) return absl::OkStatus();
  RETURN_IF_ERROR(TakeNames(index));
  return IndexChildren(index);
}

absl::Status SchemaStore::IndexChildren(SubschemaIndex index) {
  for (const json::Value& member : *subschemas_[index].value) {
    const KeywordRow* row = FindKeyword(member.key(), ResourceOf(index).dialect);
    if (row == nullptr || row->shape == Shape::kNoSchema) continue;
    RETURN_IF_ERROR(IndexKeyword(index, *row, member));
  }
  return absl::OkStatus();
}

absl::Status SchemaStore::IndexKeyword(
    SubschemaIndex index, const KeywordRow& row, const json::Value& value
) {
  const bool list_allowed =
      row.shape == Shape::kSchemaList ||
      (row.shape == Shape::kItems && ResourceOf(index).dialect.draft == Draft::k7);
  if (row.shape == Shape::kSchemaMap || row.shape == Shape::kDependencies) {
    return IndexMap(index, row, value);
  }
  if (list_allowed && value.is_array()) return IndexList(index, row, value);
  if (row.shape == Shape::kSchemaList) {
    return Fault(index, row.name, "must be a list of schemas");
  }
  if (row.shape == Shape::kItems && value.is_array()) {
    return Fault(
        index,
        row.name,
        "must be a schema; a list of schemas is called \"prefixItems\" since 2020-12"
    );
  }
  if (!IsSchema(value)) return Fault(index, row.name, "must be a schema: an object or a boolean");
  return Index(value, {.parent = index, .step = row.name}, subschemas_[index].resource);
}

absl::Status SchemaStore::IndexMap(
    SubschemaIndex index, const KeywordRow& row, const json::Value& map
) {
  if (!map.is_object()) return Fault(index, row.name, "must be an object of schemas");
  for (const json::Value& member : map) {
    if (row.shape == Shape::kDependencies && member.is_array()) continue;
    if (!IsSchema(member)) {
      return Fault(
          index,
          row.name,
          fmt::format(
              "must be an object of schemas, but its member {} is {}",
              json::ToShortText(member.key(), 100),
              TypeName(member.type())
          )
      );
    }
    const Step step = {.parent = index, .step = row.name, .name = member.key()};
    RETURN_IF_ERROR(Index(member, step, subschemas_[index].resource));
  }
  return absl::OkStatus();
}

absl::Status SchemaStore::IndexList(
    SubschemaIndex index, const KeywordRow& row, const json::Value& list
) {
  // Draft-07 alone allows a list of no items.
  if (list.size() == 0 && row.shape == Shape::kSchemaList) {
    return Fault(index, row.name, "must have at least one schema");
  }
  std::uint32_t element = 0;
  for (const json::Value& value : list) {
    if (!IsSchema(value)) {
      return Fault(
          index,
          row.name,
          fmt::format(
              "must be a list of schemas, but element {} is {}", element, TypeName(value.type())
          )
      );
    }
    const Step step = {.parent = index, .step = row.name, .element = element++};
    RETURN_IF_ERROR(Index(value, step, subschemas_[index].resource));
  }
  return absl::OkStatus();
}

absl::Status SchemaStore::TakeNames(SubschemaIndex index) {
  RETURN_IF_ERROR(TakeId(index));
  if (ResourceOf(index).dialect.draft == Draft::k7) return absl::OkStatus();
  RETURN_IF_ERROR(TakeAnchor(index, Keyword::kAnchor));
  return TakeAnchor(index, Keyword::kDynamicAnchor);
}

absl::Status SchemaStore::AddResource(
    SubschemaIndex root, std::string uri, std::uint32_t document
) {
  const auto resource = static_cast<std::uint32_t>(resources_.size());
  if (!by_uri_.try_emplace(uri, resource).second) {
    return Fault(root, "$id", fmt::format("names \"{}\", which another schema is named", uri));
  }
  Dialect inherited = ResourceOf(root).dialect;
  resources_.push_back({.uri = std::move(uri), .root = root, .document = document});
  resources_.back().dialect = std::move(inherited);
  subschemas_[root].resource = resource;
  return absl::OkStatus();
}

absl::StatusOr<SubschemaIndex> SchemaStore::Resolve(
    SubschemaIndex from, Keyword keyword, std::string_view reference
) {
  const std::string uri = ResolveUri(ResourceOf(from).uri, reference);
  const auto [absolute, fragment] = SplitFragment(uri);
  std::uint32_t resource = subschemas_[from].resource;
  if (!reference.starts_with('#')) {
    ASSIGN_OR_RETURN(resource, FindResource(std::string(absolute), from, keyword, reference));
  }
  if (!fragment.has_value() || fragment->empty()) return resources_[resource].root;
  const std::optional<std::string> decoded = PercentDecode(*fragment);
  if (!decoded.has_value()) {
    return Fault(from, KeywordName(keyword), fmt::format("\"{}\" is not a URI", reference));
  }
  if (decoded->starts_with('/')) return FollowPointer(resource, *decoded, from, keyword);
  const auto anchor = resources_[resource].anchors.find(*decoded);
  if (anchor != resources_[resource].anchors.end()) return anchor->second;
  return Fault(
      from,
      KeywordName(keyword),
      fmt::format("\"{}\" does not resolve: there is no anchor \"{}\"", reference, *decoded)
  );
}

absl::StatusOr<SubschemaIndex> SchemaStore::FollowPointer(
    std::uint32_t resource, std::string_view pointer, SubschemaIndex from, Keyword keyword
) {
  const auto fault = [&](std::string_view why) {
    return Fault(
        from,
        KeywordName(keyword),
        fmt::format("\"#{}\" does not resolve: {}", CutUtf8(pointer, kMaxShownBytes), why)
    );
  };
  const auto tokens = json::SplitPointer(pointer);
  if (!tokens.has_value()) return fault("it is not a JSON Pointer");
  SubschemaIndex nearest = resources_[resource].root;
  const json::Value* value = subschemas_[nearest].value;
  std::string way;  // from the nearest known subschema to `value`
  for (const std::string& token : *tokens) {
    std::string step;
    json::AppendToken(token, step);
    value = json::Resolve(*value, step);
    if (value == nullptr) return fault("there is no such place");
    way += step;
    if (const SubschemaIndex known = Find(*value); known != kNone) {
      nearest = known;
      way.clear();
    }
  }
  if (way.empty()) return nearest;
  if (!IsSchema(*value)) return fault("what stands there is no schema");
  // A schema at a place where no keyword of the dialect expects one.
  steps_.push_back(way.substr(1));
  RETURN_IF_ERROR(
      Index(*value, {.parent = nearest, .step = steps_.back()}, subschemas_[nearest].resource)
  );
  return Find(*value);
}

}  // namespace extractd::schema
