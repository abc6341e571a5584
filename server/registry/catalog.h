// Catalog: the provider rows and model families that are in force, by name and alias. It keeps the
// registry in step: every mode of a row is registered there, lazily. Thread-safe.
#ifndef EXTRACTD_SERVER_REGISTRY_CATALOG_H_
#define EXTRACTD_SERVER_REGISTRY_CATALOG_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>

#include "server/base/strings.h"
#include "server/registry/provider_row.h"
#include "server/registry/registry.h"

namespace extractd {

class Catalog {
 public:
  using DialectTable = const Dialect* (*)(std::string_view name);
  // `registry` and what `dialects` returns outlive the catalog.
  Catalog(Registry& registry, DialectTable dialects, std::vector<ModelFamily> families);

  // Adds a row or replaces the one of that name. InvalidArgument: a field of the row is wrong; the
  // message names provider and field. AlreadyExists: the name or an alias belongs to another row.
  absl::Status Put(ProviderRow row);
  // NotFound: there is no row of that name.
  absl::Status Remove(std::string_view name);

  // By name or alias; null if there is none.
  std::shared_ptr<const ProviderRow> Find(std::string_view name) const;
  // By name.
  std::vector<std::shared_ptr<const ProviderRow>> Rows() const;
  // Facts of the model's family; the defaults if no row matches.
  const ModelFamily& FamilyOf(std::string_view provider, std::string_view model) const;

  Registry& registry() const { return registry_; }

 private:
  absl::Status Check(const ProviderRow& row) const;
  absl::Status CheckNames(const ProviderRow& row) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void RegisterModes(const std::shared_ptr<const ProviderRow>& row);

  Registry& registry_;
  DialectTable dialects_;
  StringMap<std::vector<ModelFamily>> families_;  // by provider, the longest prefix first
  mutable absl::Mutex mutex_;
  StringMap<std::shared_ptr<const ProviderRow>> rows_ ABSL_GUARDED_BY(mutex_);
  StringMap<std::string> aliases_ ABSL_GUARDED_BY(mutex_);  // alias → name
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_CATALOG_H_
