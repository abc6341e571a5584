// What the lists of the catalog have in common: pages, filters, capabilities.
#ifndef EXTRACTD_SERVER_SERVICE_CATALOG_CATALOG_PAGES_H_
#define EXTRACTD_SERVER_SERVICE_CATALOG_CATALOG_PAGES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <google/protobuf/repeated_field.h>

#include "extractd/v1/catalog_service.pb.h"
#include "server/registry/capability.h"
#include "server/service/shared_state.h"

namespace extractd {

// How many a page has. kInvalidRequest: not 0…1000.
absl::StatusOr<size_t> PageSize(std::int32_t asked);

// The name of a mode as callers may write it; empty stays empty. kInvalidRequest: there is none.
absl::StatusOr<std::string> ModeFilter(const std::string& name, const SharedState& shared);

// kInvalidRequest: one of them is no capability.
absl::StatusOr<CapabilitySet> CapabilityFilter(const google::protobuf::RepeatedField<int>& asked);

// In the order of their numbers.
std::vector<v1::Capability> ToNumbers(CapabilitySet set);

// Cuts `all`, which is sorted by key, to the page behind `token`, the last key of the page before;
// returns the token of the next page.
template <class Message, class KeyOf>
std::string CutPage(std::vector<Message>& all, std::string_view token, size_t size, KeyOf key_of) {
  std::erase_if(all, [&](const Message& message) { return key_of(message) <= token; });
  if (all.size() <= size) return {};
  all.resize(size);
  return std::string(key_of(all.back()));
}

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CATALOG_CATALOG_PAGES_H_
